"""The same rows as files, written line by line; of tables it asks only names."""
