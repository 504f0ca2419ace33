"""The stored sums of intervals, against the queue entries they are made of."""
