"""SIDs (two letters and 32 hex digits) and tokens, the same for a seed."""

import uuid
from random import Random


def new_sid(kind: str, random: Random) -> str:
    """Give a SID; `kind` is its two letters."""
    return f"{kind}{random.getrandbits(128):032x}"


def new_token(random: Random) -> str:
    """Give an idempotency token, a UUID of version 4."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))
