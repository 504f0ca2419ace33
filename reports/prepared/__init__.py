"""Files that the worker prepares: their pages, and how one is made again of its row."""
