"""Twilio's door: one request in, one document out.

Knows who may come in, how a request is read and in which order it is worked on; never
decides what a caller hears, never writes history.
"""
