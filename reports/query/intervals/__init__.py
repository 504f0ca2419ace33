"""The stored sums of quarter hours and days, from which reports are made.

They equal the rows of history at every moment: `history.write` marks the quarter hours
that it changes, in the same transaction, and before a report reads sums, those of the
marked quarter hours in its period are counted again from the rows. Sums that cannot be
counted in time are not used.
"""
