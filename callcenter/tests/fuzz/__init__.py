"""Whatever may come from outside, at random: `make fuzz` for minutes, a little of it in
`make test`.

How often each test tries is its `effort`; the profile `fuzz` of hypothesis tries more.
"""
