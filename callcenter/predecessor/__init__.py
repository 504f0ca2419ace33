"""The tables of Twilio-MiniCC v2, taken over as events; knows nothing of history."""
