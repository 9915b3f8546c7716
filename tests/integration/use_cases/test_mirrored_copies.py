"""What came from the mirror is compared with GitHub when that answers again; a difference stops it and pages (R23)."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from slipway.adapters.artefacts.folder_store import FolderArtefacts
from slipway.domain.errors import ArtefactError, NotFoundError, SlipwayError, UnavailableError
from slipway.domain.release import Attempt
from slipway.domain.repository import Repository
from slipway.use_cases.compare_mirrored import compare, due_comparisons
from tests.builders import PREPROD, PROD, a_service
from tests.fakes.upstreams import FakeUpstream, FakeUpstreams, tar_of
from tests.scene import Scene

ORDERS = a_service(repository=Repository(name="gov/orders", asset="orders-{version}.tar.gz"))
OURS, OTHER = (tar_of({"app.py": text}) for text in ("orders 1.0", "something else"))
AWAY = UnavailableError("GitHub cannot be reached.")


@pytest.fixture
def github() -> FakeUpstream:
    return FakeUpstream("GitHub")


@pytest.fixture
def scene(make_scene: Callable[..., Scene], github: FakeUpstream, tmp_path: Path) -> Scene:
    """GitHub, and a mirror that has 1.0; the real store."""
    mirror = FakeUpstream("the mirror")
    mirror.publish("orders", "1.0", OURS)
    made = make_scene(ORDERS, upstreams=FakeUpstreams([github, mirror]))
    made.world = replace(made.world, artefacts=FolderArtefacts(tmp_path / "store"))
    return made


def from_the_mirror(scene: Scene, github: FakeUpstream) -> Attempt:
    """1.0, released while GitHub is away, signed off for Prod."""
    github.away = AWAY
    return scene.signed_off("1.0")


def back(github: FakeUpstream, archive: bytes | SlipwayError) -> None:
    github.away = archive if isinstance(archive, SlipwayError) else None
    if isinstance(archive, bytes):
        github.publish("orders", "1.0", archive)


def looked(scene: Scene) -> None:
    for one in due_comparisons(scene.world):
        compare(scene.world, one)


def pages(scene: Scene) -> list[str]:
    with scene.store.transaction() as tx:
        return [row["text"] for row in tx.sql.all("SELECT text FROM outbox WHERE channel = 'page' ORDER BY id")]


def minutes_pass(scene: Scene) -> None:
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE mirrored_copy SET asked_at = asked_at - interval '1 hour'")


def test_what_github_itself_gave_out_is_not_asked_about_again(scene: Scene, github: FakeUpstream) -> None:
    github.publish("orders", "1.0", OURS)
    scene.opened("1.0")
    assert due_comparisons(scene.world) == []


def test_the_same_bytes_go_on_and_the_log_says_that_they_were_compared(scene: Scene, github: FakeUpstream) -> None:
    attempt = from_the_mirror(scene, github)
    back(github, OURS)
    looked(scene)
    assert json.loads(scene.log("artefact_same_upstream")[0])["digest"] == attempt.digest
    assert due_comparisons(scene.world) == []
    scene.work(attempt, PROD)
    assert scene.runs(PROD) == "1.0"


@pytest.mark.parametrize(
    ("published", "because"),
    [
        (OTHER, "GitHub has sha256:"),
        (NotFoundError("GitHub knows of no release v1.0"), "GitHub knows of no release v1.0"),
    ],
    ids=["other bytes", "no such release"],
)
def test_anything_else_is_a_finding_that_pages_and_stops_the_version(
    scene: Scene, github: FakeUpstream, published: bytes | SlipwayError, because: str
) -> None:
    attempt = from_the_mirror(scene, github)
    back(github, published)
    looked(scene)
    looked(scene)
    (found,) = map(json.loads, scene.log("artefact_differs_upstream"))
    assert because in found["because"]
    assert [text for text in pages(scene) if "is not what is published" in text] == pages(scene)
    assert len(pages(scene)) == 1
    result: Any = scene.turn(attempt, PROD)
    assert ([one.code for one in result.blockers], result.outcome) == (["artefact_differs"], "refused")
    again = scene.turn(scene.opened("1.0", by="rob"), PREPROD)
    assert "artefact_differs" in {one.code for one in again.blockers}
    assert scene.runs(PROD) is None


def test_a_difference_found_while_it_works_stops_no_way_back(scene: Scene, github: FakeUpstream) -> None:
    github.publish("orders", "0.9", tar_of({"app.py": "orders 0.9"}))
    scene.long_live("0.9")
    github.away = AWAY
    attempt = scene.approved("1.0")
    scene.turn(attempt, PREPROD)
    scene.deploy(attempt, PREPROD)
    back(github, OTHER)
    looked(scene)
    assert scene.runs(PREPROD) == "1.0"
    assert scene.finish(attempt, PREPROD).outcome == "undone"
    assert scene.runs(PREPROD) == "0.9"


def test_while_it_gives_no_answer_it_is_asked_again_after_a_while(scene: Scene, github: FakeUpstream) -> None:
    from_the_mirror(scene, github)
    before = len(github.asked)
    looked(scene)
    looked(scene)
    assert len(github.asked) == before + 1
    minutes_pass(scene)
    back(github, OURS)
    looked(scene)
    assert len(scene.log("artefact_same_upstream")) == 1


def test_what_was_found_stays_found(scene: Scene, github: FakeUpstream) -> None:
    from_the_mirror(scene, github)
    back(github, OTHER)
    looked(scene)
    for statement in (
        "UPDATE mirrored_copy SET differs = ''",
        "UPDATE mirrored_copy SET digest = 'x'",
        "DELETE FROM mirrored_copy",
    ):
        with pytest.raises(DBAPIError), scene.store.transaction() as tx:
            tx.sql.run(statement)


def test_what_could_not_be_seen_for_a_while_goes_on_once_it_is_seen_and_the_same(
    scene: Scene, github: FakeUpstream
) -> None:
    attempt = from_the_mirror(scene, github)
    back(github, NotFoundError("or the token may not see it"))
    looked(scene)
    minutes_pass(scene)
    looked(scene)
    assert (len(scene.log("artefact_differs_upstream")), len(pages(scene))) == (1, 1)
    minutes_pass(scene)
    back(github, OURS)
    looked(scene)
    assert len(scene.log("artefact_same_upstream")) == 1
    scene.work(attempt, PROD)
    assert scene.runs(PROD) == "1.0"


def test_what_github_has_and_nobody_can_use_says_nothing_about_the_copy(scene: Scene, github: FakeUpstream) -> None:
    attempt = from_the_mirror(scene, github)
    back(github, ArtefactError("it is larger than allowed"))
    with pytest.raises(ArtefactError):
        looked(scene)
    assert due_comparisons(scene.world) == [], "it is asked again after a while"
    scene.work(attempt, PROD)
