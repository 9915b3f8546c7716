"""Passwords of machine accounts and demo people, derived from one secret so that none has to be stored."""

import base64
import hashlib
import hmac

VARIABLE = "SLIPWAY_PASSWORD_SEED"
"""Environment variable of the secret; unset where people sign in through the organisation."""


def generated_password(seed: str, account: str) -> str:
    """The password of an account: always the same for one seed, and telling nothing about another's."""
    digest = hmac.new(seed.encode(), account.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:20]
