"""The work list: pages, acts, and how they look in a browser."""
