"""A stand-in for the Portkey API: a seeded audit history, served over real HTTP on loopback."""
