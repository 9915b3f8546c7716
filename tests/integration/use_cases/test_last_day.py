"""Whoever decides sees what happened there in the last 24 hours (R14)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from slipway.domain.grant import Step
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.lift_hold import PlacedHold, lift_hold
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from tests.builders import a_service
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
    lines = asked.request.evidence.splitlines()
    begin = next(number for number, line in enumerate(lines) if "The last 24 hours" in line)
    return [line.strip("- ") for line in lines[begin : begin + 4]]


def test_the_form_says_what_was_deployed_and_held_there(scene: Scene) -> None:
    scene.preprod_passed("1.0", service="basket")
    lift_hold(scene.world, hold(scene, HoldScope.SERVICE, "basket"), Actor(id="mona", via="rest"), "done")
    hold(scene, HoldScope.ENVIRONMENT, "prod")
    assert last_day(scene, "1.1") == [
        "The last 24 hours in preprod:",
        "Deployed: basket 1.0 at 10:00 UTC",
        "Held: `basket` by mona (until 10:00 UTC): `stock taking`",
        "Found: no unauthorised changes; reviews that are open: 0",
    ]


def test_what_is_older_is_left_out_and_what_is_still_held_is_not(scene: Scene, clock: Clock) -> None:
    scene.preprod_passed("1.0", service="basket")
    hold(scene, HoldScope.SERVICE, "basket")
    clock.set(TEN + timedelta(days=2))
    _, deployed, held, _ = last_day(scene, "1.1")
    assert (deployed, held) == ("Deployed: nothing", "Held: `basket` by mona (**still**): `stock taking`")
