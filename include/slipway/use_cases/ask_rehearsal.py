"""Rehearses a version's migrations for whoever may release it, before there is a release (R19)."""

from collections.abc import Iterator
from contextlib import contextmanager

from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import ArtefactError, NotFoundError, RefusedError, ServiceMigrationError, SlipwayError
from slipway.domain.json_value import JsonObject
from slipway.domain.migration_check import MigrationCheck
from slipway.domain.platform import Action
from slipway.domain.service import StageDefinition
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.in_place_of_nothing import versions_to_release
from slipway.use_cases.refuse_long_texts import shortened
from slipway.use_cases.rehearse_migrations import Subject, rehearse_migrations
from slipway.use_cases.where_it_runs import has_no_environment
from slipway.use_cases.world import World


def ask_rehearsal(world: World, service: str, version: str | None, environment: str, actor: Actor) -> MigrationCheck:
    """What a release of it would find there; its proof is the one that the release then uses, while it holds.

    Raises NotFoundError; RefusedError, which is in the log."""
    payload = {"version": shortened(version)}
    with world.store.transaction() as tx:
        refusal = _may_not(tx, service, actor)
        if refusal is not None:
            _log_refusal(tx, service, environment, actor, {**payload, "code": _MAY_NOT, "message": refusal})
    if refusal is not None:
        raise RefusedError(_MAY_NOT, refusal)
    stage = _stage(world, service, environment)
    artefact = _artefact(world, service, version)
    with _one_at_a_time(world) as alone:
        why = RefusedError(_BUSY, _WAIT)
        if alone:
            subject = Subject(artefact=artefact, environment=stage.environment, settings=stage.migrations)
            try:
                return rehearse_migrations(world, subject, actor)
            except RefusedError as error:
                why = error
            except (ServiceMigrationError, ArtefactError) as error:
                why = RefusedError(_UNPROVEN, f"the migrations could not be proven: {error}")
    with world.store.transaction() as tx:
        _log_refusal(tx, service, environment, actor, {**payload, "code": why.code, "message": str(why)})
    raise why


_MAY_NOT, _BUSY, _UNPROVEN = "may_not_check_migrations", "rehearsal_running", "could_not_be_proven"
_WAIT = (
    "another rehearsal that somebody asked for is running, and each takes a copy of a database: ask again when it has"
    " ended. Releases are rehearsed all the same"
)


@contextmanager
def _one_at_a_time(world: World) -> Iterator[bool]:
    """Whether no other that was asked for is running: many at once would take the disk from what releases need."""
    try:
        lock = world.locks.hold("rehearsal-asked-for")
    except SlipwayError:
        yield False
        return
    with lock:
        yield True


def _log_refusal(tx: Transaction, service: str, environment: str, actor: Actor, payload: JsonObject) -> None:
    where = shortened(environment)
    tx.log("migration_check_refused", actor, service=service, environment=where, payload=payload)


def _may_not(tx: Transaction, service: str, actor: Actor) -> str | None:
    policy = tx.policy()
    owner = policy.services.get(service)
    if owner is None:
        raise NotFoundError(f"there is no service {service} in the policy in effect: see `slipway services`")
    rule = policy.platform.rule(Action.REQUEST_RELEASE)
    return why_not(rule, policy.people.find(actor.id), Matter(team=owner.team), policy.people)


def _stage(world: World, service: str, environment: str) -> StageDefinition:
    stages = world.definitions.service(service).stages.values()
    found = next((one for one in stages if one.environment == environment and one.not_applicable is None), None)
    if found is None:
        runs_in = [one.environment for one in stages if one.not_applicable is None]
        raise NotFoundError(has_no_environment(service, environment, runs_in))
    return found


def _artefact(world: World, service: str, version: str | None) -> Artefact:
    known = versions_to_release(world, world.definitions.service(service))
    wanted = version or next(reversed(known), None)
    if wanted is None:
        raise NotFoundError(f"{service} has no built version yet: nothing can be rehearsed")
    return world.artefacts.resolve(service, wanted)
