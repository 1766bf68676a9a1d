"""The routes to the reader's clipboard."""
