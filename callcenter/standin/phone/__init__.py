"""Telephones in the browser; their calls run on an exchange inside the server."""
