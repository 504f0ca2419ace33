"""Between Twilio and the server: URLs, transports, faults, and the clock."""
