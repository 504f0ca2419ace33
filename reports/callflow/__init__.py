"""What a caller goes through before a queue: drawn as a tree, and tried without a call.

Reads the plan and asks the flow itself; records nothing.
"""
