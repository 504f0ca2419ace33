"""What an operator at a desk in the browser needs of Twilio's side."""
