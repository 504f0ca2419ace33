"""What lies between Twilio and us: addresses, requests, faults, and the clock."""
