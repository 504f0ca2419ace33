"""Twilio's side: hear, remember, answer. Knows nothing of reports."""
