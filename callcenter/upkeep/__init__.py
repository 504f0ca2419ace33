"""Work on the whole store: load and dump event files, prune, derive calls again."""
