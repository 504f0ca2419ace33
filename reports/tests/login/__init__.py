"""How people get in."""
