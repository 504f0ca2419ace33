"""What callcenter tells whoever stands above it, without knowing them."""

from django.dispatch import Signal

# Sent after numbers of callers have been forgotten. Whoever keeps files in which
# callers' numbers may stand, such as prepared exports, removes them now, and returns
# how many.
numbers_forgotten = Signal()
