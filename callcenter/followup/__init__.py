"""What people do about callers nobody served. It writes follow-ups, never history."""
