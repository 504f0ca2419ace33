"""What is kept with a key from SECRET_KEY: hashes of PINs, and secret texts.

Whoever has the database but not the key learns nothing from either. After a change of
SECRET_KEY the former one, in SECRET_KEY_FALLBACKS, still reads what it made.
"""

import base64
import secrets
from collections.abc import Iterator

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

# In place of a hash: a PIN is asked for, and none is right.
NO_PIN_FITS = "!"
_PIN = "minicc.operator.pin"
_TEXT = "minicc.secret.text"


def pin_hash(pin: str, salt: str = "") -> str:
    """The hash of a PIN to be kept: a salt, and an HMAC of both (SHA-256).

    The salt is random unless it is given, for a PIN that is no secret.
    Not a slow hash. A million PINs of six digits are soon tried against any hash that a
    caller can wait for, so it is the key that protects them; and a slow one would take
    the processor away from callers when many operators sign in at once.
    """
    salt = salt or secrets.token_hex(8)
    return f"{salt}${_pin_digest(settings.SECRET_KEY, salt, pin)}"


def pin_matches(pin: str, kept: str) -> bool:
    """Whether `kept` is a hash of this PIN."""
    salt, has_digest, digest = kept.partition("$")
    if not has_digest:
        return False
    return any(
        constant_time_compare(_pin_digest(key, salt, pin), digest) for key in _keys()
    )


def encrypted(text: str) -> str:
    """The text, unreadable without the key."""
    return _fernet().encrypt(text.encode()).decode()


def decrypted(text: str) -> str:
    """What `encrypted` made unreadable. Raises ValueError where the key is another."""
    try:
        return _fernet().decrypt(text.encode()).decode()
    except InvalidToken as problem:
        raise ValueError("encrypted with another SECRET_KEY") from problem


def _pin_digest(key: str, salt: str, pin: str) -> str:
    mac = salted_hmac(_PIN, f"{salt}${pin}", secret=key, algorithm="sha256")
    return mac.hexdigest()


def _fernet() -> MultiFernet:
    digests = (
        salted_hmac(_TEXT, "", secret=key, algorithm="sha256").digest()
        for key in _keys()
    )
    return MultiFernet([Fernet(base64.urlsafe_b64encode(each)) for each in digests])


def _keys() -> Iterator[str]:
    """The key that is used now, then those of before."""
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS
