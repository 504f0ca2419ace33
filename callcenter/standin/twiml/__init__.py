"""TwiML documents: read, checked as Twilio does, and how long they play."""
