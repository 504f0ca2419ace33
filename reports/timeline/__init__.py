"""One leg as its moments: what happened, when, and which webhook said so."""
