"""Telephones in the browser, whose calls run through a stand-in inside the server."""
