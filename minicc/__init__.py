"""The project: configuration only."""
