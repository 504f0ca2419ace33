"""Read-only lists of history: what is shown, filtered, searched and linked."""
