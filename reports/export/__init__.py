"""Tables as files, written while their rows are read."""
