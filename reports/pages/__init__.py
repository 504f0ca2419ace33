"""The pages of the reports: filter, balance, chart, table, and the same as a file."""
