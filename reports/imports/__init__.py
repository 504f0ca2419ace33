"""Setup brought in from a file: read, checked line by line, saved whole or not."""
