"""Brings a version that the store lacks from where it is published; once it is there nobody is asked again (R23)."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from slipway.domain.errors import NotFoundError, RefusedError, UnavailableError
from slipway.domain.json_value import JsonObject
from slipway.domain.repository import ArtefactSources, Repository, names_a_version
from slipway.domain.service import Service
from slipway.ports.store import Actor
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class _Arrival:
    """Where an archive came from, and why not from the places before."""

    source: str
    address: str
    failed: tuple[tuple[str, str], ...]


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
        "source": arrival.source,
        "address": arrival.address,
        "failed": [{"source": source, "because": because} for source, because in arrival.failed],
    }
    with world.store.transaction() as tx:
        tx.log("artefact_fetched", actor, service=service.name, payload=payload)
    world.artefacts.name(artefact)  # after the entry: a version that can be released is one whose arrival is in the log


def _download(
    world: World, sources: ArtefactSources, service: str, version: str, repository: Repository, into: Path
) -> _Arrival:
    failed: list[tuple[str, str]] = []
    for upstream in world.upstreams.artefacts(sources):
        try:
            address = upstream.download(service, version, repository, into)
        except UnavailableError as error:
            failed.append((upstream.label, str(error)))
        except NotFoundError as error:
            if not failed:
                raise  # the place that publishes it says that there is none: no copy elsewhere makes up for that
            failed.append((upstream.label, str(error)))
        else:
            return _Arrival(source=upstream.label, address=address, failed=tuple(failed))
    why = " ".join(f"{label}: {because}" for label, because in failed)
    raise RefusedError(
        "artefact_unavailable",
        f"{service} {version} is not in the store, and nobody gives it out now. {why} Ask again when one of them"
        " answers, or put it into the mirror: see docs/how-to/github-is-down.md",
    )
