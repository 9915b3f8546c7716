"""Somebody asks to roll a service back: one person to what the grants name, two to another version (R18)."""

from dataclasses import dataclass, replace
from datetime import timedelta

from slipway.domain import messages
from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import RefusedError, Remedy, SlipwayError
from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Action
from slipway.domain.release import ChangeKind, Outcome, Release
from slipway.domain.rollback import Basis, Rollback
from slipway.domain.text_limits import REFUSAL, says_nothing
from slipway.domain.two_people import PendingAct, why_not_one_of_two
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, Deployed, NewRelease
from slipway.use_cases.begin_rescue import begin_rescue
from slipway.use_cases.go_back_to_bad import refuse_bad_unless_meant
from slipway.use_cases.keep_private import said_of_service
from slipway.use_cases.refuse_long_texts import refuse_long_texts, shortened
from slipway.use_cases.rollback_facts import parameters_of, seconded_by
from slipway.use_cases.rollback_limit import refuse_beyond_limit
from slipway.use_cases.way_to_go_back import NOTHING_THERE, WayToGoBack, way_to_go_back
from slipway.use_cases.where_it_runs import refuse_where_it_never_runs
from slipway.use_cases.world import World

LIFE = timedelta(minutes=60)
"""How long nothing happens without the second person; after that it must be asked for again."""
IN_AN_INCIDENT = timedelta(hours=8)
"""How long the second person may take where the first has begun."""


@dataclass(frozen=True, kw_only=True)
class AskedRollback:
    """What a person asks for. `version` None: what the grants of what runs name."""

    service: str
    environment: str
    version: str | None
    reason: str
    incident: bool = False
    despite_bad: str = ""
    """Why a version that is marked bad is to come back all the same."""
    may_ask_second: bool = True
    """False for a task of a run: only the API server writes down questions to a second person."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The rollback, and what waits for its second person, if anything does."""

    release: Release
    pending: PendingAct | None


def ask_rollback(world: World, asked: AskedRollback, actor: Actor) -> Asked:
    """Its run is started by the reconciler. Raises RefusedError, NotFoundError; a refusal is in the log."""
    try:
        rollback = prepare_rollback(world, asked)
        with world.store.transaction() as tx:
            return write_rollback(tx, asked, rollback, actor)
    except SlipwayError as error:
        log_refusal(world, asked, actor, error)
        raise


def prepare_rollback(world: World, asked: AskedRollback) -> Rollback:
    """What it comes to, after the service's database was asked how far it may go; outside any transaction."""
    refuse_long_texts({"service": asked.service, "environment": asked.environment, "reason": asked.reason})
    refuse_long_texts({"version": asked.version, "despite_bad": asked.despite_bad})
    try:
        with world.store.transaction() as tx:
            way, rollback = _rollback(tx, asked)
    except RefusedError as error:
        if error.code == NOTHING_THERE:
            refuse_where_it_never_runs(world, asked.service, asked.environment)
        raise
    refuse_beyond_limit(world, rollback, way.attempt, way.stage)
    return rollback


def write_rollback(tx: Transaction, asked: AskedRollback, rollback: Rollback, actor: Actor) -> Asked:
    """Writes it down, and begins it where nobody else need agree first. Raises RefusedError."""
    tx.releases.lock_service(asked.service)
    way, now = _rollback(tx, asked)
    if now != rollback:
        raise RefusedError("moved_on", f"{asked.service} in {asked.environment} has changed meanwhile: look again")
    _refuse_a_second_one(tx, way, rollback)
    policy = tx.policy()
    owned = policy.governed.owned(way.release)
    _refuse_strangers(tx, asked, rollback, owned, actor)
    refuse_bad_unless_meant(asked.service, rollback)
    reason = said_of_service(tx, asked.service, way.release.id, asked.reason)
    if rollback.marked_bad is not None:
        despite = said_of_service(tx, asked.service, way.release.id, rollback.despite_bad)
        rollback = replace(rollback, despite_bad=despite)
    release = tx.releases.create(
        NewRelease(
            service=asked.service,
            team=owned.team,
            kind=ChangeKind.STANDARD,
            summary=reason,
            rollback_plan="",
            to=way.stage.role,
            requested_by=actor.id,
            ticket=None,
            fixes=None,
            product_owner=owned.product_owner,
            extra={},
            rollback=rollback,
        )
    )
    tx.log(
        "rollback_asked",
        actor,
        release_id=release.id,
        service=release.service,
        environment=rollback.environment,
        payload={**as_payload(rollback), "reason": reason},
    )
    pending = _ask_second(tx, release, rollback, reason, actor) if rollback.basis.needs_second else None
    if rollback.basis is Basis.TWO_PEOPLE:
        assert pending is not None, "asked above"
        tx.tell(messages.rollbacks.waits_for_second(release, rollback, actor.id, reason, pending))
    else:
        tx.tell(messages.rollbacks.asked_for(release, rollback, actor.id, reason))
        begin_rescue(tx, release, actor)
    tx.wake()
    return Asked(release=release, pending=pending)


def as_payload(rollback: Rollback) -> JsonObject:
    """For the log."""
    return {
        "basis": rollback.basis.value,
        "from": rollback.from_version,
        "from_digest": rollback.from_digest,
        "from_release": rollback.from_release,
        "to": rollback.version,
        "digest": rollback.digest,
        "marked_bad": rollback.marked_bad,
        "despite_bad": rollback.despite_bad or None,
    }


def log_refusal(world: World, asked: AskedRollback, actor: Actor, error: SlipwayError) -> None:
    """What came to nothing is in the log too, unless it may yet be tried as it is."""
    if error.remedy is not Remedy.FAIL:
        return
    payload = {
        "code": getattr(error, "code", type(error).__name__),
        "message": shortened(str(error), REFUSAL),
        "version": shortened(asked.version),
        "outcome": Outcome.REFUSED.value,
    }
    service, environment = shortened(asked.service), shortened(asked.environment)
    with world.store.transaction() as tx:
        tx.log("rollback_refused", actor, service=service, environment=environment, payload=payload)


def _rollback(tx: Transaction, asked: AskedRollback) -> tuple[WayToGoBack, Rollback]:
    way = way_to_go_back(tx, asked.service, asked.environment)
    aim = _aim(tx, asked, way)
    basis = Basis.INCIDENT if asked.incident else Basis.TWO_PEOPLE
    is_named = way.to(aim)
    assert aim.version is not None, "_aim gives what ran"
    assert aim.digest is not None, "_aim gives what ran"
    return way, Rollback(
        environment=asked.environment,
        version=aim.version,
        digest=aim.digest,
        from_version=way.runs.version,
        from_digest=way.runs.digest,
        from_attempt=way.attempt.id,
        from_release=way.release.id,
        schema_too=is_named or aim.digest == _before(way),
        basis=Basis.PRE_AUTHORISED if is_named else basis,
        since=way.since,
        marked_bad=tx.records.why_bad(asked.service, aim.digest),
        despite_bad=asked.despite_bad,
    )


def _before(way: WayToGoBack) -> str | None:
    """What its schema can be taken back to: not where it was taken back already."""
    again = way.runs.brought_back or way.release.rollback is not None
    return None if again else way.stage.previous_digest


def _aim(tx: Transaction, asked: AskedRollback, way: WayToGoBack) -> Deployed:
    if asked.version is None:
        if way.named is None:
            raise RefusedError("nothing_pre_authorised", f"{way.why_none}. {way.instead}")
        return way.named
    if way.named is not None and way.named.version == asked.version:
        return way.named
    ran = tx.records.last_ran(asked.service, asked.environment, asked.version)
    if ran is None or ran.digest is None:
        raise RefusedError(
            "no_rollback",
            f"{asked.service} {asked.version} never ran in {asked.environment}: that is a release, not a rollback."
            " Release it; an emergency goes first",
        )
    return ran


def _refuse_a_second_one(tx: Transaction, way: WayToGoBack, rollback: Rollback) -> None:
    """One at a time on a service there. What waits for its second person blocks no other rescue, nor does a return of
    Preprod that waits its turn."""
    for other in tx.releases.open_rollbacks(way.release.service):
        asked = other.rollback
        if asked is None or asked.environment != rollback.environment:
            continue
        waits = asked.basis is Basis.TWO_PEOPLE and seconded_by(tx, other) is None and asked.digest != rollback.digest
        if (asked.is_rescue and not waits) or way.release.id == other.id:
            raise RefusedError(
                "rollback_under_way",
                f"{other.id} is rolling back {asked} already, asked for by {other.requested_by}. `slipway status`"
                f" shows how far it is; `slipway stop {other.id}` ends one that waits",
            )


def _refuse_strangers(tx: Transaction, asked: AskedRollback, rollback: Rollback, owned: Release, actor: Actor) -> None:
    policy = tx.policy()
    matter = Matter(team=owned.team, product_owner=owned.product_owner)
    elsewhere = rollback.basis.needs_second
    rule = policy.platform.rule(Action.ROLLBACK_ELSEWHERE if elsewhere else Action.ROLLBACK)
    if elsewhere:
        refusal = why_not_one_of_two(rule, actor.id, matter, policy.people)
    else:
        refusal = why_not(rule, policy.people.find(actor.id), matter, policy.people)
    if refusal is not None:
        what = f"{rollback.version}, which the grants of what runs do not name" if elsewhere else rollback.version
        raise RefusedError("may_not_rollback", f"{actor.id} may not roll {asked.service} back to {what}: {refusal}")
    if says_nothing(asked.reason):
        raise RefusedError(
            "text_missing", "the reason is missing: say what is wrong, for those who read it now or later"
        )
    if elsewhere and not asked.may_ask_second:
        command = f"slipway rollback {asked.service} {asked.environment} --to {rollback.version} --reason …"
        raise RefusedError(
            "takes_two", f"going back to {rollback.version} takes two people, asked for with `{command}`"
        )


def _ask_second(tx: Transaction, release: Release, rollback: Rollback, reason: str, actor: Actor) -> PendingAct:
    life = IN_AN_INCIDENT if rollback.basis is Basis.INCIDENT else LIFE
    pending, _ = tx.pending_acts.ask(Action.ROLLBACK_ELSEWHERE, parameters_of(release), reason, actor.id, tx.now + life)
    payload = {"pending": pending.id, "action": pending.action.value, "parameters": pending.parameters}
    payload |= {"reason": reason, "first": actor.id, "expires_at": pending.expires_at.isoformat()}
    tx.log(
        "second_awaited",
        actor,
        release_id=release.id,
        service=release.service,
        environment=rollback.environment,
        payload=payload,
    )
    return pending
