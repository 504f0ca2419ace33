"""The call flow: what is decided on a request, and the document that says it.

Pure, except for `current`, which reads the setup from the tables. Stores no event and
derives no history.
"""
