"""Simulated traffic on the running server, over HTTP."""
