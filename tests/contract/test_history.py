"""What was written between two versions: the same cases on GitHub's API over HTTP and on a git mirror."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from slipway.adapters.upstreams.registry import ConfiguredUpstreams
from slipway.domain.errors import NotFoundError, SlipwayError
from slipway.domain.repository import ArtefactSources, Repository
from slipway.ports.outside.artefacts import History
from tests.fakes.connections import FakeConnections
from tests.fakes.github import GitHubServer
from tests.git_mirrors import add_branch, make_mirror

ORDERS = Repository(name="gov/orders", asset="orders-{version}.tar.gz")
WRITTEN = [("Ada", "Take more orders\n\nA long explanation."), ("Grace", "Mend | the <b>form</b>")]


@dataclass
class Place:
    """A history, and what happens to its repository."""

    history: History
    go_away: Callable[[], None]


@contextmanager
def _github(_: Path) -> Iterator[Place]:
    with GitHubServer() as server:
        commits = [(f"{number:040x}", *commit) for number, commit in enumerate(WRITTEN)]
        server.compare("v1.0.0", "v1.1.0", commits)
        server.compare("v1.1.0", "v1.1.0", [], status="identical")
        server.compare("v1.1.0", "v1.0.0", [], status="behind")
        server.compare("v1.0.1", "v1.1.0", commits, status="diverged")
        made = ConfiguredUpstreams(FakeConnections({"github_default": server.url}))
        yield Place(made.histories(ArtefactSources())[0], server.shut)


@contextmanager
def _git_mirror(folder: Path) -> Iterator[Place]:
    mirrors = folder / "mirrors"
    make_mirror(mirrors, "gov/orders", folder / "work", {"v1.0.0": [("Ada", "Begin")], "v1.1.0": WRITTEN})
    add_branch(mirrors, "gov/orders", folder / "work", "v1.0.0", {"v1.0.1": [("Eve", "Mend it at night")]})

    def go_away() -> None:
        mirrors.rename(folder / "unmounted")

    made = ConfiguredUpstreams(FakeConnections({}))
    yield Place(made.histories(ArtefactSources(git_mirror=str(mirrors)))[1], go_away)


@pytest.fixture(params=[_github, _git_mirror], ids=["github", "git_mirror"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with request.param(tmp_path) as made:
        yield made


def test_the_commits_come_newest_first_with_author_and_first_line(place: Place) -> None:
    found = place.history.commits(ORDERS, "1.0.0", "1.1.0")
    told = [(commit.author, commit.subject) for commit in found.commits]
    assert told == [("Grace", "Mend | the <b>form</b>"), ("Ada", "Take more orders")]
    assert all(len(commit.id) == 40 for commit in found.commits)
    assert [commit.email for commit in found.commits] == ["grace@example.org", "ada@example.org"]
    assert (found.since, found.total, found.unavailable) == ("1.0.0", 2, "")
    assert found.source


def test_nothing_may_have_been_written(place: Place) -> None:
    found = place.history.commits(ORDERS, "1.1.0", "1.1.0")
    assert (found.commits, found.total) == ((), 0)


@pytest.mark.parametrize(
    ("version", "earlier", "contained"),
    [("1.1.0", "1.0.0", True), ("1.1.0", "1.1.0", True), ("1.0.0", "1.1.0", False), ("1.1.0", "1.0.1", False)],
    ids=["ahead", "identical", "behind", "diverged"],
)
def test_it_says_whether_a_version_contains_an_earlier_one(
    place: Place, version: str, earlier: str, contained: bool
) -> None:
    found = place.history.contains(ORDERS, version, earlier)
    assert (found.contained, bool(found.source)) == (contained, True)


def test_a_version_without_a_tag_is_not_found(place: Place) -> None:
    with pytest.raises(NotFoundError):
        place.history.commits(ORDERS, "1.0.0", "9.9.9")
    with pytest.raises(NotFoundError):
        place.history.contains(ORDERS, "9.9.9", "1.0.0")


def test_a_place_that_is_away_says_so(place: Place) -> None:
    place.go_away()
    with pytest.raises(SlipwayError):
        place.history.commits(ORDERS, "1.0.0", "1.1.0")
    with pytest.raises(SlipwayError):
        place.history.contains(ORDERS, "1.1.0", "1.0.0")
