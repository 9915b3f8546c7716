"""Places that publish versions: the same cases on the fake, on GitHub's API over HTTP, and on the mirror."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from slipway.adapters.upstreams.registry import ConfiguredUpstreams
from slipway.domain.errors import NotFoundError, Remedy, UnavailableError
from slipway.domain.repository import ArtefactSources, GitHubAccess, Repository
from slipway.ports.outside.artefacts import Upstream
from tests.fakes.connections import FakeConnections
from tests.fakes.github import GitHubServer
from tests.fakes.upstreams import FakeUpstream, tar_of

ORDERS = Repository(name="gov/orders", asset="orders-{version}.tar.gz")
BUILT = tar_of({"app.py": "print(1)"})


@dataclass
class Place:
    """An upstream, and what the outside world can do to it."""

    upstream: Upstream
    publish: Callable[[str, bytes], None]
    go_away: Callable[[], None]


@contextmanager
def _fake(_: Path) -> Iterator[Place]:
    fake = FakeUpstream()

    def go_away() -> None:
        fake.away = UnavailableError("away")

    yield Place(fake, lambda version, archive: fake.publish("orders", version, archive), go_away)


@contextmanager
def _github(_: Path) -> Iterator[Place]:
    with GitHubServer() as server:
        made = ConfiguredUpstreams(FakeConnections({"github_default": server.url}))
        upstream = made.artefacts(ArtefactSources(github=GitHubAccess(tries=1)))[0]
        yield Place(
            upstream,
            lambda version, archive: server.publish(f"v{version}", (f"orders-{version}.tar.gz", archive)),
            server.shut,
        )


@contextmanager
def _mirror(folder: Path) -> Iterator[Place]:
    mirror = folder / "mirror"
    mirror.mkdir()

    def publish(version: str, archive: bytes) -> None:
        place = mirror / "orders" / version
        place.mkdir(parents=True)
        name = f"orders-{version}.tar.gz"
        (place / name).write_bytes(archive)
        (place / f"{name}.sha256").write_text(f"{hashlib.sha256(archive).hexdigest()}  {name}\n")

    def go_away() -> None:
        mirror.rename(folder / "unmounted")

    upstream = ConfiguredUpstreams(FakeConnections({})).artefacts(ArtefactSources(mirror=str(mirror)))[1]
    yield Place(upstream, publish, go_away)


@pytest.fixture(params=[_fake, _github, _mirror], ids=["fake", "github", "mirror"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with request.param(tmp_path) as made:
        yield made


def test_the_archive_comes_byte_for_byte_and_its_address_is_told(place: Place, tmp_path: Path) -> None:
    place.publish("1.0.0", BUILT)
    address = place.upstream.download("orders", "1.0.0", ORDERS, tmp_path / "archive")
    assert (tmp_path / "archive").read_bytes() == BUILT
    assert "1.0.0" in address


def test_it_has_a_name_that_people_know(place: Place) -> None:
    assert place.upstream.label


def test_a_version_that_was_never_published_is_not_found(place: Place, tmp_path: Path) -> None:
    place.publish("1.0.0", BUILT)
    with pytest.raises(NotFoundError):
        place.upstream.download("orders", "9.9.9", ORDERS, tmp_path / "archive")


def test_a_place_that_is_away_says_that_asking_again_may_help(place: Place, tmp_path: Path) -> None:
    place.publish("1.0.0", BUILT)
    place.go_away()
    with pytest.raises(UnavailableError) as caught:
        place.upstream.download("orders", "1.0.0", ORDERS, tmp_path / "archive")
    assert caught.value.remedy is Remedy.RETRY
