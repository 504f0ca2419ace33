"""What people do about callers who gave up. It writes follow-ups, never history."""
