"""What a new installation begins with: something to call, before anything is set up.

Makes setup rows only; never answers a call, never writes history.
"""
