"""The way of callers to a queue: drawn as a tree of menus, and tried without a call.

Reads the plan and asks the flow itself; stores nothing.
"""
