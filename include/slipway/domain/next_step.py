"""What to do next about a release, for whoever asks: the same words on every path (`lifecycle.md`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from slipway.domain.release import Outcome, ReleaseState


@dataclass(frozen=True, kw_only=True)
class WaitsFor:
    """A question that nobody has answered yet."""

    step: str
    eligible: Sequence[str]
    until: datetime


def next_step(
    release_id: str,
    state: ReleaseState,
    outcome: Outcome | None,
    waits_for: Sequence[WaitsFor] = (),
    *,
    marked_bad: str | None = None,
    fixed_by: str | None = None,
) -> str:
    """One sentence without a full stop. `marked_bad`: why a retry with the same version would be refused.

    `fixed_by`: the release that went live in its stead."""
    if state is ReleaseState.AWAITING_RETRY:
        if outcome is Outcome.RENEWED:
            return "The platform asks again by itself"
        if fixed_by is not None:
            return f"Next: slipway stop {release_id} --reason …: {fixed_by}, which fixes it, went live"
        retry = f"slipway retry {release_id}" if marked_bad is None else retry_of_bad(release_id, marked_bad)
        return f"Next: {retry}, or slipway stop {release_id} --reason …"
    if state is ReleaseState.OPEN:
        stop = f"slipway stop {release_id} --reason … calls it off"
        if waits_for:
            return f"{'; '.join(_asks(release_id, one) for one in waits_for)}; {stop}"
        return f"Next: slipway queue says who waits; {stop}"
    return f"Outcome: {outcome}. slipway log list --release {release_id} says why"


def retry_of_bad(release_id: str, because: str) -> str:
    """How a release goes on whose last version is marked bad."""
    retry = f"slipway retry {release_id}"
    return (
        f"{retry} --version VERSION, with what mends it (the last version is marked bad: {because}; where the check was"
        f" wrong, a senior or manager says why: {retry} --reason …)"
    )


def _asks(release_id: str, one: WaitsFor) -> str:
    until = f"{one.until.astimezone(UTC):%Y-%m-%d %H:%M}Z"
    who = " or ".join(filter(None, (", ".join(one.eligible[:-1]), *one.eligible[-1:]))) or "nobody"
    return f"Waits until {until} for {who}: slipway approve {release_id} {one.step}"
