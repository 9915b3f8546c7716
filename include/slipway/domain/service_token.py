"""What a build pipeline shows of itself: for one service, until a day, known here by its hash only (R10, R27)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

PREFIX = "slp_"
"""Every service token begins so: scanners for leaked secrets find it."""
MOST_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class ServiceToken:
    """One token, without its secret."""

    id: int
    service: str
    issued_by: tuple[str, ...]
    expires_at: datetime
    revoked_at: datetime | None

    @property
    def actor(self) -> str:
        """How the log names whoever uses it."""
        return f"pipeline:{self.id}"


def hash_of(secret: str) -> str:
    """All that is ever kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def why_not_usable(token: ServiceToken, now: datetime) -> str | None:
    """None while it counts; else the reason in words."""
    if token.revoked_at is not None:
        return f"service token {token.id} was revoked at {token.revoked_at:%Y-%m-%d %H:%M} UTC"
    if token.expires_at <= now:
        return f"service token {token.id} expired at {token.expires_at:%Y-%m-%d %H:%M} UTC: issue another"
    return None
