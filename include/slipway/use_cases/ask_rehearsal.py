"""Rehearses a version's migrations for whoever may release it, before there is a release (R19)."""

from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.migration_check import MigrationCheck
from slipway.domain.platform import Action
from slipway.domain.service import StageDefinition
from slipway.ports.outside import Artefact
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.refuse_long_texts import shortened
from slipway.use_cases.rehearse_migrations import Subject, rehearse_migrations
from slipway.use_cases.world import World


def ask_rehearsal(world: World, service: str, version: str | None, environment: str, actor: Actor) -> MigrationCheck:
    """What a release of it would find there; its proof is the one that the release then uses, while it holds.

    Raises NotFoundError, ServiceMigrationError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        refusal = _may_not(tx, service, actor)
        if refusal is not None:
            payload = {"code": "may_not_check_migrations", "message": refusal, "version": shortened(version)}
            where = shortened(environment)
            tx.log("migration_check_refused", actor, service=service, environment=where, payload=payload)
    if refusal is not None:
        raise RefusedError("may_not_check_migrations", refusal)
    stage = _stage(world, service, environment)
    artefact = _artefact(world, service, version)
    return rehearse_migrations(
        world, Subject(artefact=artefact, environment=stage.environment, settings=stage.migrations), actor
    )


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
        known = ", ".join(one.environment for one in stages if one.not_applicable is None)
        raise NotFoundError(f"{service} has no environment {environment}; it has {known}")
    return found


def _artefact(world: World, service: str, version: str | None) -> Artefact:
    wanted = version or next(reversed(world.artefacts.versions(service)), None)
    if wanted is None:
        raise NotFoundError(f"{service} has no built version yet: nothing can be rehearsed")
    return world.artefacts.resolve(service, wanted)
