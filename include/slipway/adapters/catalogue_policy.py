"""The governed part of a catalogue folder: people, rules, and who owns which service."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from slipway.catalogue.files import PEOPLE, PLATFORM, service_file, service_names
from slipway.catalogue.load import load_catalogue, load_people, load_platform, load_service
from slipway.catalogue.problems import CatalogueError
from slipway.domain.errors import NotFoundError
from slipway.domain.governed import Governed, Ownership
from slipway.domain.people import People
from slipway.domain.platform import Platform
from slipway.domain.service import Service

Value = TypeVar("Value")
_Signature = tuple[int, int, int, int]


def read_policy(folder: Path) -> Governed:
    """All of it checked, as somebody proposes it. Raises CatalogueError with every problem."""
    catalogue = load_catalogue(folder)
    services = {name: _ownership(service) for name, service in catalogue.services.items()}
    return Governed(platform=catalogue.platform, people=catalogue.people, services=services)


class CatalogueWatch:
    """Looks again and again, and reads only files that changed: there may be a thousand services."""

    def __init__(self) -> None:
        self._platform = _File[Platform]()
        self._people = _File[People]()
        self._owners: dict[str, _File[Ownership]] = {}
        self._last: Governed | None = None

    def __call__(self, folder: Path) -> Governed:
        """What is there now; a service whose file is broken is as it was. Raises CatalogueError for the two others."""
        owners = {name: self._owner(folder, name) for name in service_names(folder)}
        now = Governed(
            platform=self._platform.read(folder / PLATFORM, lambda: load_platform(folder)),
            people=self._people.read(folder / PEOPLE, lambda: load_people(folder)),
            services={name: owner for name, owner in owners.items() if owner is not None},
        )
        if self._last is None or self._last != now:
            self._last = now
        return self._last

    def _owner(self, folder: Path, name: str) -> Ownership | None:
        file = self._owners.setdefault(name, _File())
        try:
            return file.read(folder / service_file(name), lambda: _ownership(load_service(folder, name)))
        except (CatalogueError, NotFoundError):
            return file.value


class _File(Generic[Value]):
    """What a file said when it was last right, and whether it is still that file."""

    def __init__(self) -> None:
        self._signature: _Signature | None = None
        self.value: Value | None = None

    def read(self, path: Path, load: Callable[[], Value]) -> Value:
        """Its value, read anew only where the file was touched. Raises what `load` raises."""
        signature = _signature(path)
        if self.value is None or signature is None or signature != self._signature:
            self.value = load()
            self._signature = signature
        return self.value


def _signature(path: Path) -> _Signature | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino


def _ownership(service: Service) -> Ownership:
    return Ownership(team=service.team, product_owner=service.product_owner)
