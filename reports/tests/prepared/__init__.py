"""Files that the worker prepares."""
