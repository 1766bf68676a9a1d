"""What fills the terminal: the explorer, and what may stand before it."""
