"""The routes to the reader's own clipboard, which of them is taken, and the truth about what it did."""
