"""Random addresses of people's pages."""
