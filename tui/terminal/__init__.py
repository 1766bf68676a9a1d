"""A Textual driver that sends a terminal only what changed; it knows nothing of what is drawn."""
