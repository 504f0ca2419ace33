"""Work on all stored events: load and dump files, prune, derive calls again."""
