"""The version that comes where nothing ran before, when a first release is taken back: a maintenance page (R18)."""

from collections.abc import Sequence
from dataclasses import replace

from slipway.domain.errors import ArtefactError, NotFoundError, RefusedError
from slipway.domain.release import Release, Stage
from slipway.domain.service import Page, Service, StageDefinition, StageRole
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.store import Transaction
from slipway.ports.values import Deployed
from slipway.use_cases.world import World


def versions_to_release(world: World, service: Service) -> Sequence[str]:
    """What the store has, oldest first, without what only stands in for nothing: nobody means that by the newest."""
    pages = {one.in_place_of_nothing.version for one in service.stages.values() if one.in_place_of_nothing}
    return [version for version in world.artefacts.versions(service.name) if version not in pages]


def pages_needed(tx: Transaction, service: Service, to: StageRole) -> Sequence[StageDefinition]:
    """The stages up to this one that declare a page, and where the log says that nothing runs."""
    roles = list(StageRole)
    return [
        one
        for role, one in service.stages.items()
        if roles.index(role) <= roles.index(to)
        and one.in_place_of_nothing is not None
        and tx.records.deployed(service.name, one.environment).digest is None
    ]


def with_pages(
    world: World, tx: Transaction, service: Service, release: Release, to: StageRole, artefact: Artefact
) -> Service:
    """The same with the page of each stage that needs one, by its digest. Raises RefusedError where it is not there."""
    if release.change is not None:
        return service
    found = {one.role: _resolved(world, service.name, one, artefact) for one in pages_needed(tx, service, to)}
    return replace(service, stages={**service.stages, **found})


def stands_in(definition: StageDefinition, version: str | None) -> bool:
    """Whether this version is there in place of nothing."""
    return definition.in_place_of_nothing is not None and definition.in_place_of_nothing.version == version


def what_ran_before(stage: Stage, runs: Deployed) -> Deployed:
    """What a failure of the stage brings back: what the log says runs there, or its page."""
    page = stage.definition.in_place_of_nothing
    if runs.digest is None and page is not None and page.digest is not None:
        return Deployed(version=page.version, digest=page.digest)
    return runs


def _resolved(world: World, service: str, stage: StageDefinition, artefact: Artefact) -> StageDefinition:
    page = stage.in_place_of_nothing
    assert page is not None, "only stages that declare one come here"
    if page.version == artefact.version:
        return stage  # it is released itself: there is nothing else to bring
    try:
        digest = world.artefacts.resolve(service, page.version).digest
    except (NotFoundError, ArtefactError) as error:
        raise RefusedError(
            "no_page",
            f"nothing runs in {stage.environment}, and {page.version}, which services/{service}.yaml names in place of"
            f" nothing there, cannot be had: {error} Publish it first, or name another",
        ) from error
    return replace(stage, in_place_of_nothing=Page(version=page.version, digest=digest))
