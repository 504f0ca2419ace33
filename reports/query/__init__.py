"""What is asked of the tables: periods, filters, measures, paging, tables."""
