"""What the kept events mean: told by pure functions, written by `store` alone."""
