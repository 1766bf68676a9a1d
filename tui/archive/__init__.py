"""The local copy: every record that was fetched, which stretches of time are whole, and how it is searched."""
