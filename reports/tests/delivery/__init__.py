"""Scheduled reports: when they are due, what a mail says, and sending it."""
