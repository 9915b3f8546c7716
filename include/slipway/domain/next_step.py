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


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an open release is, while it asks nobody."""

    service: str
    environment: str
    queued: bool = False
    """Whether it waits for its turn there."""
    on_live_path: bool = True
    """Whether that is the queue which `slipway queue` shows; each service has one of its own in Dev."""
    watched_until: datetime | None = None
    second: int | None = None
    """Number of the act that waits for a second person."""
    second_until: datetime | None = None


def next_step(
    release_id: str,
    state: ReleaseState,
    outcome: Outcome | None,
    waits_for: Sequence[WaitsFor] = (),
    *,
    standing: Standing | None = None,
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
        return f"{_stands(release_id, standing)}; {stop}"
    return f"Outcome: {outcome}. slipway log list --release {release_id} says why"


def _stands(release_id: str, standing: Standing | None) -> str:
    if standing is None:
        return "It starts in a moment"
    where = standing.environment
    if standing.second is not None and standing.second_until is not None:
        return f"Waits until {_at(standing.second_until)} for a second person: slipway second {standing.second}"
    if standing.watched_until is not None:
        return f"{where} is watched until {_at(standing.watched_until)}"
    if standing.queued and standing.on_live_path:
        return "Next: slipway queue says who waits"
    if standing.queued:
        return f"Waits in {where}: slipway explain {standing.service} {where} says for what"
    return f"Under way in {where}: slipway log list --release {release_id} says how far"


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def retry_of_bad(release_id: str, because: str) -> str:
    """How a release goes on whose last version is marked bad."""
    retry = f"slipway retry {release_id}"
    return (
        f"{retry} --version VERSION, with what mends it (the last version is marked bad: {because}; where the check was"
        f" wrong, a senior or manager says why: {retry} --reason …)"
    )


def _asks(release_id: str, one: WaitsFor) -> str:
    who = " or ".join(filter(None, (", ".join(one.eligible[:-1]), *one.eligible[-1:]))) or "nobody"
    return f"Waits until {_at(one.until)} for {who}: slipway approve {release_id} {one.step}"
