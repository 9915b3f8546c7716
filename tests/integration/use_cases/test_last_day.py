"""Whoever decides sees what happened there in the last 24 hours (R14)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest

from slipway.domain.grant import Step
from slipway.domain.release import ChangeKind
from slipway.ports.outside.targets import Running
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.lift_hold import PlacedHold, lift_hold
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from slipway.use_cases.watch_reviews import watch_reviews
from tests.builders import PROD, a_service
from tests.clock import Clock
from tests.scene import Scene

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def scene(scene_at: Callable[..., Scene]) -> Scene:
    return scene_at(TEN, a_service(), a_service("basket"))


def hold(scene: Scene, scope: HoldScope, name: str) -> PlacedHold:
    request = HoldRequest(scope=scope, name=name, reason="stock taking")
    number = place_hold(scene.world, request, Actor(id="mona", via="rest"))
    return PlacedHold(id=number, placed_by="mona", environment=None, service=name, team="payments")


def last_day(scene: Scene, version: str) -> list[str]:
    """As the form for Preprod says it."""
    asked = scene.ask(scene.dev_passed(version), Step.APPROVE)
    assert isinstance(asked, Asked)
    first, *rest = asked.request.evidence.partition("- The last 24 hours")[1:][1].splitlines()
    return ["The last 24 hours" + first, *(line.strip("- ") for line in takewhile(lambda one: one[0] == " ", rest))]


def test_the_form_says_what_was_deployed_and_held_there(scene: Scene) -> None:
    scene.preprod_passed("1.0", service="basket")
    lift_hold(scene.world, hold(scene, HoldScope.SERVICE, "basket"), Actor(id="mona", via="rest"), "done")
    hold(scene, HoldScope.ENVIRONMENT, "prod")
    assert last_day(scene, "1.1") == [
        "The last 24 hours in preprod:",
        "Deployed: basket 1.0 at 10:00 UTC",
        "Held: `basket` by mona (until 10:00 UTC): `stock taking`",
        "Open findings: none; reviews that are open: 0",
    ]


def test_what_is_older_is_left_out_and_what_is_still_held_is_not(scene: Scene, clock: Clock) -> None:
    scene.preprod_passed("1.0", service="basket")
    hold(scene, HoldScope.SERVICE, "basket")
    clock.set(TEN + timedelta(days=2))
    _, deployed, held, _ = last_day(scene, "1.1")
    assert (deployed, held) == ("Deployed: nothing", "Held: `basket` by mona (**still**): `stock taking`")


def find(scene: Scene, what: str) -> int:
    """An unauthorised change, by its number."""
    with scene.store.transaction() as tx:
        tx.log("unauthorised_change", Actor(id="root", via="airflow"), service="orders", payload={"what": what})
    with scene.store.transaction() as tx:
        return tx.findings.newest(open_only=False, limit=1)[0].seq


def closed(scene: Scene, seq: int) -> None:
    with scene.store.transaction() as tx:
        tx.findings.explain(seq, "sam", "a script of ours")
    with scene.store.transaction() as tx:
        tx.findings.close(seq, "mona", "the script is gone")


def test_findings_are_shown_while_they_are_open_however_old_they_are(scene: Scene, clock: Clock) -> None:
    old, older = find(scene, "a task was cleared"), find(scene, "a pool was `widened`")
    clock.set(TEN + timedelta(days=40))
    closed(scene, find(scene, "a run was started"))
    assert last_day(scene, "1.1")[3] == (
        f"Open findings: **2**: {older} `a pool was 'widened'`, {old} `a task was cleared`; reviews that are open: 0"
    )
    closed(scene, old)
    closed(scene, older)
    assert last_day(scene, "1.2")[3] == "Open findings: none; reviews that are open: 0"


def test_reviews_are_counted_while_they_are_open_and_named_when_overdue(scene: Scene, clock: Clock) -> None:
    scene.opened("1.0", service="basket", by="sue", kind=ChangeKind.EMERGENCY)
    clock.set(TEN + timedelta(days=8))
    scene.opened("1.1", service="basket", by="sue", kind=ChangeKind.EMERGENCY)
    assert last_day(scene, "1.1")[3].endswith("; reviews that are open: 2")
    watch_reviews(scene.world)
    assert last_day(scene, "1.2")[3].endswith("; reviews that are open: 2, **1 of them overdue**")


def test_drift_is_shown_until_something_is_deployed_there(scene: Scene, clock: Clock) -> None:
    refused = scene.signed_off("1.0", service="basket")
    scene.target.change_by_hand("basket", "prod", Running(digest="sha256:0", version="0.9", healthy=True))
    scene.turn(refused, PROD)
    with pytest.raises(NotPermittedError, match="live_drift"):
        scene.deploy(refused, PROD)
    scene.finish(refused, PROD)
    scene.close(refused)
    clock.set(TEN + timedelta(days=3))
    assert last_day(scene, "1.1")[4].startswith(
        "**Drift**, and nothing deployed there since: basket in prod (log entry"
    )
    scene.target.change_by_hand("basket", "prod", Running(digest=None, version=None, healthy=True))
    scene.live("1.1", service="basket")
    assert len(last_day(scene, "1.2")) == 4
