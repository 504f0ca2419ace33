"""The first page of the admin: who is here now, and the day until now."""
