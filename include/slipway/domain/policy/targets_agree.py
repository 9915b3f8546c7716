"""Immediately before the permit the targets themselves said what runs, and it is what the log says (R3, R4)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.release import ChangeKind, Release, Stage, StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.sighting import Sighting, briefly

TRANSIENT = frozenset({"target_silent", "preprod_unhealthy"})
"""Blockers that may clear by themselves within moments: asked again before the stage ends."""
REPROVED = frozenset({"preprod_moved_on", "preprod_unhealthy"})
"""Blockers that a new proof in Preprod clears."""


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`target_silent`, `preprod_moved_on`, `preprod_unhealthy`, `live_drift`."""
    seen = {sighting.environment: sighting for sighting in facts.sightings}
    for stage in to_ask(facts.stage, facts.stages_before):
        sighting = seen.get(stage.environment)
        if sighting is None or sighting.problem is not None:
            yield _silent(stage, sighting)
        elif stage.role is not facts.stage.role:
            yield from _still_runs(facts, sighting)
        elif stage.role is StageRole.PROD and sighting.drifted and passes_drift_because(facts.release) is None:
            yield _live_drift(sighting)


def to_ask(stage: Stage, before: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """The stages whose targets must answer: on the live path, where the service has such a stage.

    Of what only others deploy nobody can be asked; what is done by hand to a service of ours starts from what the log
    says, as a deploy does."""
    known = [other for other in before if other.outcome is not StageOutcome.NOT_APPLICABLE]
    return tuple(other for other in (*known, stage) if other.role.on_live_path and _can_be_asked(other))


def _can_be_asked(stage: Stage) -> bool:
    return stage.definition.act is None or stage.definition.target is not None


def passes_drift_because(release: Release) -> str | None:
    """Why a release may go live although live is not what the log says; None: it may not."""
    return release.summary.strip() or None if release.kind is ChangeKind.EMERGENCY else None


def _silent(stage: Stage, sighting: Sighting | None) -> Blocker:
    why = sighting.problem if sighting else "it was not asked"
    return Blocker(
        code="target_silent",
        message=f"nobody knows what runs in {stage.environment}: {why}",
        cleared_by="the target's answer; it is asked again for a while, after that: slipway retry",
    )


def _still_runs(facts: Facts, sighting: Sighting) -> Iterator[Blocker]:
    if sighting.digest != facts.attempt.digest:
        yield Blocker(
            code="preprod_moved_on",
            message=f"the target of {sighting.environment} says that {briefly(sighting.digest)} runs there, not"
            f" {facts.attempt.version} ({briefly(facts.attempt.digest)}); the log says"
            f" {briefly(sighting.logged_digest)}",
            cleared_by="a new attempt, which proves it there again",
        )
    elif not sighting.healthy:
        yield Blocker(
            code="preprod_unhealthy",
            message=f"{facts.attempt.version} is not healthy in {sighting.environment}: {sighting.detail}",
            cleared_by="its recovery, or a new attempt, which proves it there again",
        )


def _live_drift(sighting: Sighting) -> Blocker:
    return Blocker(
        code="live_drift",
        message=f"{sighting.environment} runs {sighting.version or 'something'} ({briefly(sighting.digest)}), but the"
        f" log says {briefly(sighting.logged_digest)}: it was changed past the platform",
        cleared_by="bringing back what the log says and then slipway retry; an emergency passes with its reason",
    )
