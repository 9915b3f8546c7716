"""A hold on everything, on the environment or on the service stops what has not started (R15, R20)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.authority import in_matter_of
from slipway.domain.grant import PLATFORM_ACCOUNT
from slipway.domain.platform import Action, Eligibility
from slipway.domain.policy.decision import Blocker, Facts, StandingHold


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`hold` for each standing hold that binds this release; `verdict_owed` for that of an unverified one."""
    for hold in facts.holds:
        if (hold.until is not None and hold.until <= now) or _passes(facts, hold):
            continue
        if hold.unverified is not None:
            yield _verdict_owed(facts, hold, hold.unverified)
        else:
            absolute = "absolute " if hold.absolute else ""
            yield Blocker(
                code="hold",
                message=f"{absolute}hold {hold.id} on {_what(facts, hold)} by {hold.placed_by}: {hold.reason}",
                clears_at=hold.until,
                cleared_by=_how(facts, hold),
            )


def _what(facts: Facts, hold: StandingHold) -> str:
    names = {"service": facts.release.service, "environment": facts.stage.environment}
    return f"{hold.scope} {names[hold.scope]}" if hold.scope in names else hold.scope


def _how(facts: Facts, hold: StandingHold) -> str:
    """Whoever placed it, if that is a person; others by the table and with a reason."""
    others = _others(facts, hold)
    if hold.placed_by == PLATFORM_ACCOUNT:
        stranger = "" if hold.failed is None else f", who did not ask for {hold.failed}"
        lift = f"{others.describe()}{stranger}: slipway hold lift {hold.id} --reason …"
    elif others == Eligibility():
        lift = f"{hold.placed_by}: slipway hold lift {hold.id}"
    else:
        lift = f"{hold.placed_by}, or with --reason {others.describe()}: slipway hold lift {hold.id}"
    if hold.failed is None:
        return lift
    return f"{lift}; the next attempt of {hold.failed}, and a release with --fixes {hold.failed}, pass it"


def _others(facts: Facts, hold: StandingHold) -> Eligibility:
    team = facts.release.team if hold.scope == "service" else None
    return in_matter_of(team, facts.platform.rule(Action.HOLD_LIFT)).who


def _verdict_owed(facts: Facts, hold: StandingHold, release_id: str) -> Blocker:
    return Blocker(
        code="verdict_owed",
        message=f"release {release_id} is live unverified, and its verdict is owed (hold {hold.id}: {hold.reason})",
        cleared_by=f"{_others(facts, hold).describe()}, who did not ask for it: looks at live and says"
        f" `slipway verdict {release_id} pass|fail`;"
        f" or a release that says it fixes {release_id}",
    )


def passed_holds(facts: Facts) -> tuple[int, ...]:
    """Holds that stand and do not bind this release, because it is an emergency or a security change."""
    return tuple(hold.id for hold in facts.holds if _passes(facts, hold))


def _passes(facts: Facts, hold: StandingHold) -> bool:
    return bool(facts.release.kind.rank) and not hold.absolute
