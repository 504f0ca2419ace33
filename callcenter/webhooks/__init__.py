"""Twilio's webhooks: one request in, one document out.

Checks who sent a request, reads it, and calls the other rooms in their order. What a
caller hears is decided in `flow`, history is written by `history`.
"""
