"""Traffic on the running server: simulated callers and operators using the stand-in."""
