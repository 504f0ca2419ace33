"""The project: settings, URLs, and how `make run` starts it."""
