"""Voicemail and recordings in the admin: who plays them, and who has them deleted."""
