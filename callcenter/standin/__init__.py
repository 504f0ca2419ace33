"""A stand-in for Twilio: numbers, calls, queues, signed requests, without an account.

It knows what Twilio knows and nothing of whom it calls: what it sends and what it makes
of the answers comes from Twilio's documentation alone.
"""
