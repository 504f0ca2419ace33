"""A believable past: simulated days of calls, stored as Twilio's requests."""
