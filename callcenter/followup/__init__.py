"""What people do about a caller who gave up: claim, ring back, note, close, reopen."""
