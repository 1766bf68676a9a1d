"""`portkey-audit doctor`: what works here, and what to do about what doesn't."""
