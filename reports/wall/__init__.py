"""The wall screen: what happens now, readable across a room, without a log-in."""
