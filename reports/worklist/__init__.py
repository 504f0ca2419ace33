"""The work list: callers to ring back, merged by number, and what people do about them.

They gave up, asked for a call-back, or left a message.

It reads history and follow-ups, and writes through `callcenter.followup.acts` only.
"""
