"""What an audit log is made of: pure values, no clock, no input or output."""
