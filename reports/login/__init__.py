"""Logging in: password, second step and lock-out; and the accounts in the admin."""
