"""Calls, legs and queues: verbs executed as Twilio documents them, requests sent."""
