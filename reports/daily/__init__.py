"""The report that is mailed upstairs: a day, week or month on one page, with notes."""
