"""Asks the targets what runs, outside any transaction: a slow one must not hold a lock that a rescue needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from slipway.domain import messages
from slipway.domain.errors import SlipwayError
from slipway.domain.policy.decision import Decision, Facts
from slipway.domain.policy.targets_agree import REPROVED, to_ask
from slipway.domain.release import Stage
from slipway.domain.service import StageRole
from slipway.domain.sighting import Sighting
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, Deployed
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What they said, and when they were asked by the database's clock."""

    at: datetime
    sightings: tuple[Sighting, ...]


def ask_targets(world: World, attempt_id: str, role: StageRole) -> Answers:
    """One sighting for each environment that the permit of this stage rests on; none once there is a permit."""
    with world.store.transaction() as tx:
        stages = tx.stages.of_attempt(attempt_id)
        stage = next(stage for stage in stages if stage.role is role)
        asked: Sequence[Stage] = to_ask(stage, tuple(stages[: stages.index(stage)]))
        if tx.permits.find(attempt_id, role) is not None:
            asked = ()
        attempt = tx.releases.attempt(attempt_id)
        assert attempt is not None, "a stage refers to its attempt by foreign key"
        logged = [tx.records.deployed(attempt.service, other.environment) for other in asked]
        at = tx.now
    sightings = [_ask(world, attempt.service, other, row) for other, row in zip(asked, logged, strict=True)]
    return Answers(at=at, sightings=tuple(sightings))


def still_valid(tx: Transaction, service: str, sightings: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """The same in the permit's transaction: an answer counts only if the log has not changed since it was asked for."""
    return tuple(
        sighting
        if tx.records.deployed(service, sighting.environment).row == sighting.logged_row
        else replace(sighting, problem="it was being changed while its target was asked")
        for sighting in sightings
    )


def record_drift(tx: Transaction, facts: Facts, actor: Actor) -> None:
    """Says in the log, and to second line, where a target runs what the log does not know (R4)."""
    for sighting in facts.sightings:
        if sighting.drifted:
            tx.log(
                "drift_found",
                actor,
                attempt=facts.attempt,
                environment=sighting.environment,
                payload=sighting.as_json(),
            )
            tx.tell(messages.past_the_platform.drifted(facts.attempt, facts.stage.role, sighting))


def void_disproved(tx: Transaction, facts: Facts, decision: Decision) -> None:
    """A proof whose environment turned out to run something else is not carried over by the next attempt."""
    if not decision.has(*REPROVED):
        return
    for sighting in facts.sightings:
        sound = sighting.problem is not None or (sighting.healthy and sighting.digest == facts.attempt.digest)
        if sighting.environment != facts.stage.environment and not sound:
            because = f"its target answered otherwise before the permit of {facts.attempt.id}"
            tx.records.void_proof(facts.release.service, sighting.environment, facts.attempt.digest, because)


def _ask(world: World, service: str, stage: Stage, logged: Deployed) -> Sighting:
    blank = Sighting(
        environment=stage.environment,
        digest=None,
        version=None,
        healthy=False,
        detail="",
        logged_digest=logged.digest,
        logged_row=logged.row,
    )
    if stage.definition.target is None:
        return replace(blank, problem="it has no target that could be asked")
    try:
        running = world.targets.target(stage.definition.target).current(service, stage.environment)
    except SlipwayError as error:
        return replace(blank, problem=str(error))
    return replace(
        blank, digest=running.digest, version=running.version, healthy=running.healthy, detail=running.detail
    )
