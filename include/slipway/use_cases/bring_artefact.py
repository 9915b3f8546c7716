"""Brings a version that the store lacks from where it is published; once it is there nobody is asked again (R23)."""

import tempfile
from pathlib import Path

from slipway.domain.arrival import Arrival, Failed
from slipway.domain.errors import NotFoundError, RefusedError, UnavailableError
from slipway.domain.json_value import JsonObject
from slipway.domain.repository import ArtefactSources, Repository, names_a_version
from slipway.domain.service import Service
from slipway.ports.values import Actor
from slipway.use_cases.world import World


def bring_artefact(world: World, service: Service, version: str, actor: Actor) -> None:
    """Asks nobody where the store has it. Raises NotFoundError where it was never published, ArtefactError where the
    bytes are not right, RefusedError where no place gives an answer."""
    if service.repository is None or not names_a_version(version) or version in world.artefacts.versions(service.name):
        return
    with world.store.transaction() as tx:
        sources = tx.policy().platform.artefact_sources
    world.workspace.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=world.workspace, prefix=f"{service.name}-") as folder:
        archive = Path(folder) / "archive"
        arrival = _download(world, sources, service.name, version, service.repository, archive)
        artefact = world.artefacts.add(service.name, version, archive)
    payload: JsonObject = {
        "version": version,
        "digest": artefact.digest,
        "size": artefact.size,
        **arrival.as_json(),
    }
    with world.store.transaction() as tx:
        tx.log("artefact_fetched", actor, service=service.name, payload=payload)
        if arrival.failed:
            tx.mirrored_copies.remember(service.name, version, artefact.digest, arrival.source)
    world.artefacts.name(artefact)  # after the entry: a version that can be released is one whose arrival is in the log


def _download(
    world: World, sources: ArtefactSources, service: str, version: str, repository: Repository, into: Path
) -> Arrival:
    failed: list[Failed] = []
    for upstream in world.upstreams.artefacts(sources):
        try:
            address = upstream.download(service, version, repository, into)
        except UnavailableError as error:
            failed.append(Failed(source=upstream.label, because=str(error)))
        except NotFoundError as error:
            if not failed:
                raise  # the place that publishes it says that there is none: no copy elsewhere makes up for that
            failed.append(Failed(source=upstream.label, because=str(error)))
        else:
            return Arrival(source=upstream.label, address=address, failed=tuple(failed))
    why = " ".join(f"{one.source}: {one.because}" for one in failed)
    raise RefusedError(
        "artefact_unavailable",
        f"{service} {version} is not in the store, and nobody gives it out now. {why} Ask again when one of them"
        " answers, or put it into the mirror: see docs/how-to/github-is-down.md",
    )
