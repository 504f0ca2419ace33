"""Capture: real requests of a live test call in a file, without anybody's data."""
