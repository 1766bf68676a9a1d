"""Records as text: pure functions from values to what may be shown, copied or written."""
