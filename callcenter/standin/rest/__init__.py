"""Twilio's REST API, version 2010-04-01, on an exchange (docs/twilio.md 10).

One subject a module; `api.py` finds the way. The tests hold it to what Twilio's
OpenAPI file says.
"""
