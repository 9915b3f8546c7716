"""The policy, and the catalogue that may become it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel

_FEW = 3
"""As many differences as fit into a message."""


def differs(on_disk: str, in_effect: str, differences: Sequence[str], held_back: Iterable[str]) -> Message:
    """The catalogue on disk is not the policy in effect.

    `on_disk`, `in_effect`: their digests. `held_back`: services that wait for an activation."""
    more = f"; and {len(differences) - _FEW} more" if len(differences) > _FEW else ""
    return Message(
        key=f"policy:{in_effect}:{on_disk}",
        channel=MessageChannel.PAGE,
        text=f"the catalogue on disk ({on_disk[:12]}) is not the policy in effect ({in_effect[:12]}):"
        f" {'; '.join(differences[:_FEW])}{more}."
        f" Held back: {', '.join(held_back) or 'nothing'}. See `slipway policy diff`",
    )


def proposed(digest: str, in_effect: str, by: str, differences: int) -> Message:
    """Somebody proposes another policy."""
    return Message(
        key=f"policy:{in_effect}:{digest}:by:{by}",
        channel=MessageChannel.APPROVALS,
        text=f"{by} proposes another policy, with {differences} differences: a manager who is somebody else"
        f" looks at `slipway policy diff` and runs `slipway policy activate {digest}`",
    )


def activated(digest: str, by: str, reason: str, at: datetime) -> Message:
    """Somebody puts a policy into effect."""
    return Message(
        key=f"policy:activated:{at.isoformat()}",
        channel=MessageChannel.DEPLOY,
        text=f"{by} puts policy {digest[:12]} into effect: {reason}",
    )


def gained(digest: str, by: str, rights: Iterable[str], at: datetime) -> Message:
    """Whoever put it into effect gains by it, as everybody would who could have."""
    return Message(
        key=f"policy:gain:{at.isoformat()}",
        channel=MessageChannel.PAGE,
        text=f"{by} gains by policy {digest[:12]}, which they put into effect: {'; '.join(rights)}."
        " Whoever could have activated it gains by it: look whether it is right",
    )
