"""Calls as projections of the stored events: derived by pure functions, then written.

Only `store` writes the rows; it derives them again whenever a new event concerns them.
"""
