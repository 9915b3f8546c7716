"""How a release stands, in the line above its messages."""

from slipway.domain.release import Attempt


def headline(attempt: Attempt, how: str) -> str:
    """The service, the version, the release, and how it stands now."""
    return f"{attempt.service} {attempt.version} ({attempt.release_id}): {how}"
