"""Which post migrations may run: those that the version in use carries already (ADR 0018)."""

from pathlib import Path

from slipway.domain.errors import ArtefactError
from slipway.domain.migration_proof import MigrationFile, Phase
from slipway.ports.outside.artefacts import Artefact
from slipway.use_cases.unpacked import unpacked
from slipway.use_cases.world import World


def may_contract(world: World, folder: Path, service: str, environment: str) -> frozenset[str]:
    """Revisions; none where nothing is in use, or its artefact is gone: then they wait."""
    if not _post(world.migrations.files(folder)):
        return frozenset()
    with world.store.transaction() as tx:
        deployed = tx.records.deployed(service, environment)
    if deployed.digest is None or deployed.version is None:
        return frozenset()
    in_use = Artefact(service=service, version=deployed.version, digest=deployed.digest, size=0)
    try:
        with unpacked(world, in_use) as theirs:
            return _post(world.migrations.files(theirs))
    except ArtefactError:
        return frozenset()


def _post(files: tuple[MigrationFile, ...]) -> frozenset[str]:
    return frozenset(file.revision for file in files if file.phase is Phase.POST)
