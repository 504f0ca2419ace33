"""What must be configured before the first call: said at start, not to a caller."""
