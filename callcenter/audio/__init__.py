"""What was recorded, and is kept by Twilio: played through us, and deleted there."""
