"""A believable past: days of calls in virtual time, stored as events."""
