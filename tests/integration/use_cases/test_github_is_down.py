"""A whole release while GitHub refuses, hangs, or answers 500; with the mirror, and with every control intact (R23)."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from slipway.adapters.artefacts.folder_store import FolderArtefacts
from slipway.adapters.upstreams.registry import ConfiguredUpstreams
from slipway.domain.grant import Step
from slipway.domain.repository import ArtefactSources, GitHubAccess, Repository
from slipway.use_cases.ask_approval import Asked
from tests.builders import DEV, PREPROD, PROD, a_service, platform_rules
from tests.fakes.connections import FakeConnections
from tests.fakes.github import GitHubServer, broken, hanging
from tests.fakes.upstreams import tar_of
from tests.git_mirrors import make_mirror
from tests.scene import Scene

ORDERS = a_service(repository=Repository(name="gov/orders", asset="orders-{version}.tar.gz"))


def built(version: str) -> bytes:
    return tar_of({"app.py": f"orders {version}"})


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    with GitHubServer() as server:
        for version in ("1.0", "1.1"):
            server.publish(f"v{version}", (f"orders-{version}.tar.gz", built(version)))
        server.compare("v1.0", "v1.1", [("a" * 40, "Ada", "Take more orders")])
        yield server


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    for version in ("1.0", "1.1"):
        place = tmp_path / "mirror" / "orders" / version
        place.mkdir(parents=True)
        (place / f"orders-{version}.tar.gz").write_bytes(built(version))
        (place / f"orders-{version}.tar.gz.sha256").write_text(hashlib.sha256(built(version)).hexdigest())
    return tmp_path / "mirror"


@pytest.fixture
def scene(make_scene: Callable[..., Scene], github: GitHubServer, mirror: Path, tmp_path: Path) -> Scene:
    """The real store, GitHub over HTTP with little patience, and the mirror."""
    sources = ArtefactSources(
        github=GitHubAccess(timeout_seconds=0.2, deadline_seconds=5, tries=1),
        mirror=str(mirror),
        git_mirror=str(tmp_path / "git"),
    )
    upstreams = ConfiguredUpstreams(FakeConnections({"github_default": github.url}))
    made = make_scene(ORDERS, rules=platform_rules(artefact_sources=sources), upstreams=upstreams)
    made.world = replace(made.world, artefacts=FolderArtefacts(tmp_path / "store"))
    return made


def refusing(server: GitHubServer) -> None:
    server.shut()


def hang(server: GitHubServer) -> None:
    server.trouble = hanging


def break_(server: GitHubServer) -> None:
    server.trouble = broken


down = pytest.mark.parametrize(
    ("go_down", "why"),
    [(refusing, "cannot be reached"), (hang, "said nothing for 0.2 seconds"), (break_, "answered 500")],
    ids=["refusing", "hanging", "500"],
)


def fetched(scene: Scene) -> list[Any]:
    return [json.loads(entry) for entry in scene.log("artefact_fetched")]


@down
def test_a_release_goes_to_live_from_the_mirror_with_all_its_approvals(
    scene: Scene, github: GitHubServer, go_down: Callable[[GitHubServer], None], why: str
) -> None:
    go_down(github)
    attempt = scene.live("1.0")
    (entry,) = fetched(scene)
    assert entry["source"] == "the mirror"
    assert why in entry["failed"][0]["because"]
    assert scene.runs(PROD) == "1.0"
    assert attempt.digest == f"sha256:{hashlib.sha256(built('1.0')).hexdigest()}"
    granted = [json.loads(entry)["step"] for entry in scene.log("grant_given")]
    assert granted == ["approve", "authorise", "sign_off", "confirm"]


@down
def test_a_release_that_has_begun_goes_on_and_back_without_github_and_without_the_mirror(
    scene: Scene, github: GitHubServer, mirror: Path, go_down: Callable[[GitHubServer], None], why: str
) -> None:
    scene.live("1.0")
    attempt = scene.opened("1.1")
    go_down(github)
    mirror.rename(mirror.with_name("unmounted"))
    assert scene.stage(attempt, DEV).outcome == "passed"
    scene.grant(attempt, Step.APPROVE, "sam")
    assert scene.stage(attempt, PREPROD).outcome == "passed"
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    scene.target.never_healthy = {"1.1"}
    assert scene.stage(attempt, PROD).outcome == "undone"
    assert scene.runs(PROD) == "1.0"
    assert [entry["source"] for entry in fetched(scene)] == ["GitHub", "GitHub"]


def shown(scene: Scene) -> str:
    """What the form for Preprod says about 1.1, while 1.0 is live."""
    asked = scene.ask(scene.dev_passed("1.1"), Step.APPROVE)
    assert isinstance(asked, Asked)
    return asked.request.evidence


def test_the_form_shows_who_wrote_what_since_live(scene: Scene) -> None:
    scene.live("1.0")
    assert "- Commits since 1.0, which is live: 1, says GitHub\n    - `aaaaaaaaa` `Ada`: `Take more orders`" in shown(
        scene
    )


@down
def test_the_form_says_why_it_cannot_tell_who_wrote_what(
    scene: Scene, github: GitHubServer, go_down: Callable[[GitHubServer], None], why: str
) -> None:
    scene.live("1.0")
    go_down(github)
    text = shown(scene)
    assert "- Commits since live: unavailable, because" in text
    assert why in text
    assert "clone gov/orders there" in text


def test_the_git_mirror_tells_who_wrote_what_while_github_is_down(
    scene: Scene, github: GitHubServer, tmp_path: Path
) -> None:
    written = {"v1.0": [("Ada", "Begin")], "v1.1": [("Grace", "Mend the form")]}
    make_mirror(tmp_path / "git", "gov/orders", tmp_path / "work", written)
    scene.live("1.0")
    github.shut()
    text = shown(scene)
    assert "- Commits since 1.0, which is live: 1, says the git mirror" in text
    assert "`Grace`: `Mend the form`" in text


def test_a_service_that_names_no_repository_shows_no_commits(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene()
    asked = scene.ask(scene.dev_passed("1.0"), Step.APPROVE)
    assert isinstance(asked, Asked)
    assert "Commits since" not in asked.request.evidence


def test_the_form_of_a_first_release_says_that_nothing_is_live(scene: Scene) -> None:
    asked = scene.ask(scene.dev_passed("1.0"), Step.APPROVE)
    assert isinstance(asked, Asked)
    assert "- Commits since live: nothing is live yet" in asked.request.evidence
