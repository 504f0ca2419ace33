"""The documents, and `make screenshots`, which takes their pictures."""
