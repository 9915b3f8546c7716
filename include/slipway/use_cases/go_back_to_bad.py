"""A version that is marked bad comes back only where whoever asks for it says that they know (R18)."""

from slipway.domain.errors import RefusedError
from slipway.domain.rollback import Rollback
from slipway.domain.text_limits import says_nothing


def refuse_bad_unless_meant(service: str, rollback: Rollback) -> None:
    """Raises RefusedError without a reason for what is marked bad, or with one for what is not.

    A rescue is never blocked: with the reason, its two people decide."""
    if rollback.marked_bad is None:
        if not says_nothing(rollback.despite_bad):
            message = (
                f"{rollback.version} is not marked bad: ask again without a reason why it may come back all the same"
            )
            raise RefusedError("not_marked_bad", message)
        return
    if says_nothing(rollback.despite_bad):
        again = f"slipway rollback {service} {rollback.environment} --to {rollback.version}"
        raise RefusedError(
            "bad_version",
            f"{service} {rollback.version} is marked bad: {rollback.marked_bad}. Name another version, or release a"
            " fix. Where it is to come back all the same, say why, and the second person reads it:"
            f' `{again} --despite-bad "…" --reason "…"`',
        )
