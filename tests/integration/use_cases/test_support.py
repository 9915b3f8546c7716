"""Second line's support for agreed times, releases on behalf of a team, and who attends them."""

import json
from datetime import timedelta
from typing import Any

import pytest

from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.grant import Step
from slipway.domain.release import Attempt
from slipway.ports.values import Actor
from slipway.use_cases.answer_booking import accept_booking, waive_booking
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.book_support import SupportRequest, book_support
from slipway.use_cases.show_bookings import show_bookings
from slipway.use_cases.take_turn import TurnAnswer, TurnResult
from tests.builders import PREPROD, PROD, a_service, people, platform_rules
from tests.scene import Scene, a_world


def actor(person: str) -> Actor:
    return Actor(id=person, via="rest")


def booked(scene: Scene, by: str = "rita", begins: int = -60, ends: int = 60, **more: Any) -> int:
    """Support of orders, from and until so many minutes from now."""
    with scene.store.transaction() as tx:
        times = {"begins": tx.now + timedelta(minutes=begins), "ends": tx.now + timedelta(minutes=ends)}
    request = SupportRequest(**{"service": "orders", "reason": "the queue moves", **times, **more})
    return book_support(scene.world, request, actor(by)).id


def accept(scene: Scene, number: int, by: str = "lena") -> None:
    accept_booking(scene.world, number, actor(by))


def waive(scene: Scene, number: int, by: str, reason: str = "it cannot wait") -> None:
    waive_booking(scene.world, number, actor(by), reason)


def ready(scene: Scene, number: int) -> Attempt:
    """Signed off for Prod, with this support."""
    return scene.signed_off(support=str(number))


def at_prod(scene: Scene, attempt: Attempt) -> TurnResult:
    return scene.turn(attempt, PROD)


def time_passes(scene: Scene, number: int, begins: str, ends: str) -> None:
    """What is booked is fixed, so the guard sleeps while the test moves it."""
    with scene.store.transaction() as tx:
        tx.sql.run("SET LOCAL session_replication_role = replica")
        tx.sql.run(
            """UPDATE support SET begins = now() + CAST(:begins AS interval), ends = now() + CAST(:ends AS interval)
            WHERE id = :id""",
            begins=begins,
            ends=ends,
            id=number,
        )


def test_inside_the_accepted_time_it_goes_live(scene: Scene) -> None:
    number = booked(scene)
    accept(scene, number)
    assert at_prod(scene, ready(scene, number)).answer is TurnAnswer.TAKEN
    assert [json.loads(entry)["booking"] for entry in scene.log("support_accepted")] == [number]


def test_before_it_is_accepted_only_preprod_goes_on(scene: Scene) -> None:
    number = booked(scene)
    attempt = ready(scene, number)
    assert scene.stage_of(attempt, PREPROD).outcome == "passed"
    waits = at_prod(scene, attempt)
    assert (waits.answer, [blocker.code for blocker in waits.blockers]) == (TurnAnswer.WAIT, ["support_not_there"])
    assert f"slipway support accept {number}" in waits.blockers[0].cleared_by

    accept(scene, number)

    assert at_prod(scene, attempt).answer is TurnAnswer.TAKEN


def test_before_its_time_it_waits_until_then(scene: Scene) -> None:
    number = booked(scene, begins=30)
    accept(scene, number)
    waits = at_prod(scene, ready(scene, number))
    with scene.store.transaction() as tx:
        begins = tx.bookings.get(number).begins
    assert [(blocker.code, blocker.clears_at) for blocker in waits.blockers] == [("support_not_there", begins)]
    assert waits.look_again_at == begins


def test_after_its_time_it_waits_for_somebody_who_waives_it(scene: Scene) -> None:
    number = booked(scene)
    accept(scene, number)
    attempt = ready(scene, number)
    time_passes(scene, number, "-2 hours", "-1 hour")
    waits = at_prod(scene, attempt)
    assert [(blocker.code, blocker.clears_at) for blocker in waits.blockers] == [("support_not_there", None)]

    waive(scene, number, "mona")

    assert at_prod(scene, attempt).answer is TurnAnswer.TAKEN
    assert json.loads(scene.log("support_waived")[0])["reason"] == "it cannot wait"


def test_who_accepted_and_left_is_not_there(scene: Scene) -> None:
    number = booked(scene)
    accept(scene, number)
    attempt = ready(scene, number)
    scene.activate(platform_rules(), people("lena"))
    waits = at_prod(scene, attempt)
    assert [blocker.code for blocker in waits.blockers] == ["support_not_there"]
    assert "may not any more" in waits.blockers[0].message


def test_a_release_that_asked_for_none_waits_for_none(scene: Scene) -> None:
    booked(scene, begins=30)
    assert at_prod(scene, scene.signed_off()).answer is TurnAnswer.TAKEN


@pytest.mark.parametrize("by", ["selma", "lena", "stranger"])
def test_only_the_team_books(scene: Scene, by: str) -> None:
    with pytest.raises(RefusedError):
        booked(scene, by=by)
    assert len(scene.log("support_booking_refused")) == 1
    assert show_bookings(scene.store) == []


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"reason": " "}, "a reason is needed"),
        ({"begins": 60, "ends": 60}, "end later than it begins"),
        ({"begins": -60, "ends": -30}, "which is past"),
        ({"begins": 0, "ends": 24 * 60 + 1}, "longer than a day"),
    ],
    ids=["no reason", "no time", "past", "too long"],
)
def test_a_booking_must_make_sense(scene: Scene, wrong: dict[str, Any], because: str) -> None:
    with pytest.raises(RefusedError, match=because):
        booked(scene, **wrong)


@pytest.mark.parametrize("by", ["rita", "mona", "selma", "stranger"])
def test_only_second_line_accepts(scene: Scene, by: str) -> None:
    with pytest.raises(RefusedError):
        accept(scene, booked(scene), by)
    assert len(scene.log("support_answer_refused")) == 1


def test_it_is_accepted_once_and_not_when_it_is_over(scene: Scene) -> None:
    number, late = booked(scene), booked(scene)
    accept(scene, number)
    time_passes(scene, late, "-2 hours", "-1 hour")
    for which, because in ((number, "lena accepted it before"), (late, "it ended at")):
        with pytest.raises(RefusedError, match=because):
            accept(scene, which)
    with pytest.raises(NotFoundError, match="slipway support list"):
        accept(scene, 99)


@pytest.mark.parametrize(("by", "may"), [("mona", True), ("lena", True), ("sam", False), ("rita", False)])
def test_a_manager_or_second_line_waives_it(scene: Scene, by: str, may: bool) -> None:
    number = booked(scene)
    if may:
        with pytest.raises(RefusedError, match="a reason is needed"):
            waive(scene, number, by, " ")
        waive(scene, number, by)
        with pytest.raises(RefusedError, match="waived it before"):
            waive(scene, number, by)
        return
    with pytest.raises(RefusedError, match="none of those who may"):
        waive(scene, number, by)
    assert len(scene.log("support_answer_refused")) == 1


def test_those_who_decide_see_the_support_and_who_stays(scene: Scene) -> None:
    number = booked(scene)
    asked = scene.ask(scene.opened(support=str(number), attended_by="rob"), Step.APPROVE)
    assert isinstance(asked, Asked)
    lines = asked.request.evidence.splitlines()
    assert "- Stays around afterwards: rob" in lines
    assert any(line.startswith(f"- support {number} of second line") and "not accepted" in line for line in lines)
    requested = json.loads(scene.log("release_requested")[0])
    assert (requested["attended_by"], requested["support"]) == ("rob", number)


def test_a_release_names_only_what_is_there(scene: Scene) -> None:
    over = booked(scene)
    time_passes(scene, over, "-2 hours", "-1 hour")
    for named, code in (
        ({"attended_by": "nobody"}, "attendant_unknown"),
        ({"for_team": "forms"}, "not_of_that_team"),
        ({"support": "99"}, "support_unknown"),
        ({"support": "soon"}, "support_unknown"),
        ({"support": str(over)}, "support_over"),
    ):
        with pytest.raises(RefusedError) as refused:
            scene.opened(**named)
        assert refused.value.code == code
    assert len(scene.log("release_refused")) == 5


def test_support_of_another_service_is_no_support(engine: Any, tmp_path: Any) -> None:
    scene = a_world(engine, tmp_path, a_service("orders"), a_service("invoices"))
    number = booked(scene)
    with pytest.raises(RefusedError, match="was booked for orders"):
        scene.opened(service="invoices", support=str(number))


@pytest.mark.parametrize("said", [None, "ordering"])
def test_whoever_asks_on_behalf_of_a_team_the_log_names_both(scene: Scene, said: str | None) -> None:
    attempt = scene.opened(by="lena", for_team=said)
    requested = json.loads(scene.log("release_requested")[0])
    assert (requested["team"], requested["for_team"]) == ("ordering", "ordering")
    asked = scene.ask(attempt, Step.APPROVE)
    assert isinstance(asked, Asked)
    assert "- Asked for by: lena, on behalf of team ordering" in asked.request.evidence.splitlines()
    with scene.store.transaction() as tx:
        assert "lena asks on behalf of team ordering" in tx.sql.value("SELECT text FROM outbox ORDER BY id LIMIT 1")


def test_a_team_that_asks_for_itself_acts_on_nobodys_behalf(scene: Scene) -> None:
    scene.opened()
    assert json.loads(scene.log("release_requested")[0])["for_team"] is None
