"""What happens next in a call, and what is heard.

Pure but for `current`, which reads the setup; never stores or tells anything.
"""
