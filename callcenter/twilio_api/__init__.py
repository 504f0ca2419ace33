"""What we ask Twilio by its REST API; never while a caller waits for an answer."""
