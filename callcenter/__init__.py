"""Twilio's side: answers webhooks, keeps their events, derives history from them."""
