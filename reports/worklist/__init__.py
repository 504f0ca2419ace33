"""The work list: callers who gave up, merged by number, and what people do about them.

It reads history and follow-ups, and writes through `callcenter.followup.acts` only.
"""
