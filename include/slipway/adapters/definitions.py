"""Service definitions from the catalogue's files."""

from pathlib import Path

from slipway.catalogue.load import load_one
from slipway.domain.service import Service


class CatalogueDefinitions:
    """`ServiceDefinitions` from a catalogue folder: three files are read, however many services there are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def service(self, name: str) -> Service:
        """The service as its file says now. Raises NotFoundError, or CatalogueError with every problem."""
        return load_one(self._folder, name).services[name]
