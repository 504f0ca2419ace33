"""The admin: what people see of history, and how they change the setup."""
