"""Hashes passwords one at a time: log-ins never take the processor from callers."""

import threading

from django.contrib.auth.hashers import PBKDF2PasswordHasher

_turn = threading.Lock()


class OneAtATimeHasher(PBKDF2PasswordHasher):
    """Django's usual hash. A process computes one at a time; the others wait."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        with _turn:
            return super().encode(password, salt, iterations)
