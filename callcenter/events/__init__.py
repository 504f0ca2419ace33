"""The event store: every request as it arrived, kept before it is interpreted."""
