"""The tables of Twilio-MiniCC v2, read as events of ours and loaded like any others."""
