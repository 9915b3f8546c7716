"""Reads a catalogue: all of it, or what one service needs. Returns nothing unless all it read is right."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from slipway.catalogue.authority_problems import platform_problems
from slipway.catalogue.document import Document, read_document
from slipway.catalogue.expectation_suites import suite_problems
from slipway.catalogue.files import (
    PEOPLE,
    PLATFORM,
    SERVICES,
    require_service,
    service_file,
    service_names,
    stray_files,
)
from slipway.catalogue.people_file import PeopleModel
from slipway.catalogue.platform_file import PlatformModel
from slipway.catalogue.problems import CatalogueError, Problem
from slipway.catalogue.raw_references import raw_problems
from slipway.catalogue.references import Known, people_problems, service_problems, shared_ports
from slipway.catalogue.satisfiable import dead_ends
from slipway.catalogue.service_file import AnyServiceModel, ServiceModel, model_for
from slipway.catalogue.target_options import target_problems
from slipway.catalogue.validated import validated
from slipway.domain.people import People
from slipway.domain.platform import Action, Catalogue, Platform
from slipway.domain.service import Service

AnyModel = TypeVar("AnyModel", bound=BaseModel)


def load_catalogue(folder: Path) -> Catalogue:
    """The whole catalogue. Raises CatalogueError with all problems of all files (R10, R26)."""
    if not folder.is_dir():
        what = f"there is no catalogue folder {folder}; name it, or set SLIPWAY_CATALOGUE"
        raise CatalogueError([Problem(file=str(folder), line=1, what=what)])
    names = service_names(folder)
    reading = _Reading(folder, names)
    for file in stray_files(folder):
        what = "this is no service: its file is called <name>.yaml, in small letters, digits, - and _"
        reading.problems.append(Problem(file=file, line=1, what=what))
    if not names:
        reading.problems.append(Problem(file=SERVICES, line=1, what="there is no service: add services/<name>.yaml"))
    return reading.catalogue()


def load_one(folder: Path, name: str) -> Catalogue:
    """The catalogue as far as one service goes: three files, however many services there are.

    Raises NotFoundError for an unknown service, CatalogueError with all problems of the three files."""
    require_service(folder, name)
    return _Reading(folder, [name]).catalogue()


def load_service(folder: Path, name: str) -> Service:
    """One service from its file alone, without looking at people and environments. Errors as `load_one`."""
    document = read_document(folder, require_service(folder, name))
    return _or_raise(document, _service_in(document)).service()


def load_platform(folder: Path) -> Platform:
    """`platform.yaml` alone. Raises CatalogueError."""
    document = read_document(folder, PLATFORM)
    model = validated(document, PlatformModel)
    if model is not None:
        document.problems.extend(platform_problems(document, model))
    return _or_raise(document, model).platform()


def load_people(folder: Path) -> People:
    """`people.yaml` alone. Raises CatalogueError."""
    document = read_document(folder, PEOPLE)
    model = validated(document, PeopleModel)
    if model is not None:
        document.problems.extend(people_problems(document, model))
    return _or_raise(document, model).everybody()


def _service_in(document: Document) -> AnyServiceModel | None:
    chosen = model_for(document.data)
    model = validated(document, chosen)
    if chosen is ServiceModel:
        document.problems.extend(target_problems(document))
    return model


def _or_raise(document: Document, model: AnyModel | None) -> AnyModel:
    if document.problems or model is None:
        raise CatalogueError(document.problems)
    return model


class _Reading:
    """The files of one load, and everything found wrong with them."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._platform_file = read_document(folder, PLATFORM)
        self._people_file = read_document(folder, PEOPLE)
        self._platform = validated(self._platform_file, PlatformModel)
        self._people = validated(self._people_file, PeopleModel)
        self._services: dict[str, tuple[Document, AnyServiceModel]] = {}
        self._broken: list[Document] = []
        self.problems: list[Problem] = []
        for name in names:
            document = read_document(folder, service_file(name))
            model = _service_in(document)
            if model is not None:
                self._services[name] = document, model
            else:
                self._broken.append(document)
            self.problems.extend(document.problems)
        all_names = service_names(folder)
        self.problems.extend(suite_problems(folder, names, all_names))
        self.problems.extend(self._cross_check(all_names))

    def catalogue(self) -> Catalogue:
        """What was read. Raises CatalogueError."""
        problems = [*self._platform_file.problems, *self._people_file.problems, *self.problems]
        if problems or self._platform is None or self._people is None:
            raise CatalogueError(problems)
        return Catalogue(
            platform=self._platform.platform(),
            people=self._people.everybody(),
            teams=self._people.all_teams(),
            services={name: model.service() for name, (_, model) in self._services.items()},
        )

    def _cross_check(self, all_names: Sequence[str]) -> Iterator[Problem]:
        if self._platform is not None:
            yield from platform_problems(self._platform_file, self._platform)
        if self._people is not None:
            yield from people_problems(self._people_file, self._people)
        known = Known(platform=self._platform, people=self._people, services=all_names)
        for document, model in self._services.values():
            yield from service_problems(document, model, known)
        for document in self._broken:
            yield from raw_problems(document, known)
        yield from shared_ports(self._services)
        yield from self._dead_ends()

    def _dead_ends(self) -> Iterator[Problem]:
        """Policy that nobody could satisfy, by team: said once at the team, naming its services."""
        if self._platform is None or self._people is None or len(self._platform.authority) < len(Action):
            return
        platform, people = self._platform.platform(), self._people.everybody()
        owned = sorted((m.team, m.product_owner or "", m.name) for _, m in self._services.values())
        for (team, owner), group in groupby(owned, key=lambda one: one[:2]):
            if team not in self._people.teams:
                continue
            names = ", ".join(name for *_, name in group)
            for text in dead_ends(platform, people, team, owner or None):
                yield self._people_file.problem(("teams", team), f"team `{team}` ({names}): {text}")
