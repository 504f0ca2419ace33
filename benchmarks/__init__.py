"""How fast, against what: ratios of peers measured in turns, in one run."""
