"""What outlives a run and is not the archive: saved views, marks, history, and how the table was laid out."""
