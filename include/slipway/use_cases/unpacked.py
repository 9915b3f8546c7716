"""An artefact's files, for as long as somebody looks at them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slipway.ports.outside.artefacts import Artefact
from slipway.use_cases.world import World


@contextmanager
def unpacked(world: World, artefact: Artefact) -> Iterator[Path]:
    """The artefact's verified files, in a folder that nobody else uses and that goes afterwards."""
    with empty_folder(world) as folder:
        yield world.artefacts.fetch(artefact, folder)


@contextmanager
def empty_folder(world: World) -> Iterator[Path]:
    """One that nobody else uses and that goes afterwards."""
    world.workspace.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=world.workspace, prefix="artefact-") as folder:
        yield Path(folder)
