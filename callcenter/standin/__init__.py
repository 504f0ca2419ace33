"""A stand-in for Twilio: numbers, calls, queues, signed requests, without an account.

It knows nothing of MiniCC: what it sends and how it reacts to answers comes from
Twilio's documentation alone (docs/twilio.md). The rooms, each on top of the one before:
`twiml` reads documents, `network` carries requests, `calls` executes documents on legs,
`rest` serves the REST API and `phone` the telephones in the browser.
"""
