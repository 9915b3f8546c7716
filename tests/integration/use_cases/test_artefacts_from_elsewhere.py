"""Where a version comes from that the store does not have: who is asked, what is recorded, and what is refused."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from slipway.domain.errors import ArtefactError, NotFoundError, RefusedError, UnavailableError
from slipway.domain.grant import Step
from slipway.domain.repository import Repository
from slipway.domain.service import Page
from slipway.use_cases.ask_approval import Asked
from tests.builders import DEV, PROD, a_service
from tests.fakes.upstreams import FakeUpstream, FakeUpstreams, tar_of
from tests.scene import Scene

ORDERS = a_service(repository=Repository(name="gov/orders", asset="orders-{version}.tar.gz"))


@dataclass
class Places:
    """Two places that publish, of which the second stands in for the first."""

    scene: Scene
    first: FakeUpstream
    mirror: FakeUpstream

    def entry(self, kind: str) -> Any:
        """The one entry of a kind."""
        (entry,) = self.scene.log(kind)
        return json.loads(entry)


@pytest.fixture
def places(make_scene: Callable[..., Scene]) -> Places:
    first, mirror = FakeUpstream("GitHub"), FakeUpstream("the mirror")
    for upstream in (first, mirror):
        upstream.publish("orders", "1.0", tar_of({"app.py": "print(1)"}))
    scene = make_scene(ORDERS, a_service("invoices"), upstreams=FakeUpstreams([first, mirror]))
    return Places(scene, first, mirror)


def test_the_entry_says_where_it_came_from_before_anything_is_requested(places: Places) -> None:
    attempt = places.scene.opened("1.0")
    entry = places.entry("artefact_fetched")
    assert (entry["version"], entry["digest"]) == ("1.0", attempt.digest)
    assert (entry["source"], entry["address"], entry["failed"]) == ("GitHub", "gov/orders 1.0", [])
    assert places.mirror.asked == []


def test_what_stands_in_for_nothing_is_brought_too_and_only_where_nothing_runs(
    make_scene: Callable[..., Scene],
) -> None:
    prod = replace(ORDERS.stages[PROD], in_place_of_nothing=Page(version="0.0-page"))
    upstream = FakeUpstream("GitHub")
    for version in ("0.0-page", "1.0", "1.1"):
        upstream.publish("orders", version, tar_of({"app.py": version}))
    scene = make_scene(replace(ORDERS, stages={**ORDERS.stages, PROD: prod}), upstreams=FakeUpstreams([upstream]))
    scene.opened("1.0", to=DEV)
    assert [version for _, version in upstream.asked] == ["1.0"]
    attempt = scene.opened("1.1")
    assert [version for _, version in upstream.asked] == ["1.0", "1.1", "0.0-page"]
    page = scene.stage_of(attempt, PROD).definition.in_place_of_nothing
    assert page == Page(version="0.0-page", digest=scene.artefacts.resolve("orders", "0.0-page").digest)


def test_where_the_first_gives_no_answer_the_mirror_serves_and_why_is_recorded(places: Places) -> None:
    places.first.away = UnavailableError("GitHub answered 500.")
    places.scene.opened("1.0")
    entry = places.entry("artefact_fetched")
    assert entry["source"] == "the mirror"
    assert entry["failed"] == [{"source": "GitHub", "because": "GitHub answered 500."}]


def test_who_approves_is_shown_where_it_came_from_and_why_not_from_github(places: Places) -> None:
    places.first.away = UnavailableError("GitHub answered 500: `<b>`")
    asked = places.scene.ask(places.scene.dev_passed("1.0"), Step.APPROVE)
    assert isinstance(asked, Asked)
    assert (
        "- Fetched from the mirror: `gov/orders 1.0`; GitHub could not be used: `GitHub answered 500: '<b>'`"
        in asked.request.evidence.splitlines()
    )


def test_it_is_fetched_once_and_nobody_is_asked_again_by_later_stages_retries_or_an_undo(places: Places) -> None:
    places.scene.live("1.0")
    for upstream in (places.first, places.mirror):
        upstream.away = UnavailableError("down for good")
    places.scene.opened("1.0", run_id="once more")
    places.first.away = None
    places.first.publish("orders", "1.1", tar_of({"app.py": "print(2)"}))
    attempt = places.scene.signed_off("1.1")
    places.first.away = UnavailableError("down for good")
    places.scene.target.never_healthy = {"1.1"}
    assert places.scene.stage(attempt, PROD).outcome == "undone"
    assert places.scene.runs(PROD) == "1.0"
    assert places.first.asked == [("orders", "1.0"), ("orders", "1.1")]
    assert places.mirror.asked == []


def test_where_nobody_gives_it_out_the_request_is_refused_with_every_reason(places: Places) -> None:
    places.first.away = UnavailableError("GitHub answered 500.")
    places.mirror.away = UnavailableError("The folder is not there.")
    with pytest.raises(RefusedError, match=r"GitHub answered 500\. the mirror: The folder is not there\. Ask again"):
        places.scene.opened("1.0")
    assert places.entry("release_refused")["code"] == "artefact_unavailable"
    assert places.scene.log("release_requested") == []


def test_a_version_that_github_says_was_never_published_is_not_taken_from_the_mirror(places: Places) -> None:
    places.mirror.publish("orders", "2.0", tar_of({"app.py": "print(2)"}))
    with pytest.raises(NotFoundError, match=r"no orders 2\.0"):
        places.scene.opened("2.0")
    assert places.mirror.asked == []


def test_bytes_that_are_not_right_are_refused_and_the_mirror_does_not_make_up_for_them(places: Places) -> None:
    places.first.away = ArtefactError("GitHub lists other bytes.")
    with pytest.raises(ArtefactError, match="other bytes"):
        places.scene.opened("1.0")
    assert places.mirror.asked == []
    assert "other bytes" in places.entry("release_refused")["message"]


def test_what_is_no_archive_is_refused_and_never_has_the_versions_name(places: Places) -> None:
    places.first.publish("orders", "1.0", b"<html>Sign in to the wifi</html>")
    with pytest.raises(ArtefactError, match="no sound archive"):
        places.scene.opened("1.0")
    assert list(places.scene.artefacts.versions("orders")) == []
    assert places.scene.log("artefact_fetched") == []


def test_nothing_is_fetched_for_somebody_who_may_not_ask(places: Places) -> None:
    with pytest.raises(RefusedError, match="may not release"):
        places.scene.opened("1.0", by="pat")
    assert places.first.asked == []


@pytest.mark.parametrize("version", ["../1.0", "1.0/x", "", "v 1", ".."])
def test_what_cannot_be_a_version_is_not_asked_for(places: Places, version: str) -> None:
    with pytest.raises((NotFoundError, RefusedError)):
        places.scene.opened(version)
    assert places.first.asked == []


def test_a_service_without_a_repository_is_never_asked_for(places: Places) -> None:
    places.scene.opened("1.0", service="invoices")
    assert places.first.asked == []


def test_what_a_release_needs_is_fetched_too(places: Places) -> None:
    places.scene.opened("1.0", service="invoices", needs="orders=1.0")
    assert list(places.scene.artefacts.versions("orders")) == ["1.0"]


def test_an_unknown_need_is_refused_as_one(places: Places) -> None:
    with pytest.raises(RefusedError) as caught:
        places.scene.opened("1.0", service="invoices", needs="orders=9.9")
    assert caught.value.code == "needs_unknown"


def test_opening_the_same_run_again_asks_nobody(places: Places) -> None:
    first = places.scene.opened("1.0", run_id="the run")
    assert places.scene.opened("1.0", run_id="the run") == first
    assert len(places.first.asked) == 1


def test_a_repaired_release_goes_on_in_the_same_release(places: Places) -> None:
    places.scene.target.never_healthy = {"1.0"}
    failed = places.scene.opened("1.0")
    places.scene.stage(failed, DEV)
    places.scene.close(failed)
    places.first.publish("orders", "1.1", tar_of({"app.py": "print(2)"}))
    attempt = places.scene.opened("1.1", release_id=failed.release_id)
    assert places.scene.stage(attempt, DEV).outcome == "passed"
