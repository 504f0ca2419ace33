"""Random input of every kind that may come from outside.

`make fuzz` tries it for minutes, `make test` a few examples of it. `effort` says how
many examples a test tries in either; `make fuzz` chooses hypothesis' profile `fuzz`.
"""
