"""The event store: every request as it arrived, stored before it is interpreted."""
