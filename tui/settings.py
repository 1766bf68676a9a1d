"""What a run is told by flags, environment and files."""
