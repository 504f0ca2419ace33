"""People's side: look, compare, follow up, export. Knows the tables, not Twilio."""
