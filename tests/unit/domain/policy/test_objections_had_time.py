"""What is announced beforehand waits until people had time to object; nothing else does."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from slipway.domain.announcement import Acknowledgement, Announcement, Told
from slipway.domain.governed import Governed
from slipway.domain.message_routes import MessageRoutes
from slipway.domain.policy.decide import BEFORE_TURN, FOR_PERMIT, OF_A_RESCUE, OF_A_RETURN
from slipway.domain.policy.decision import Blocker
from slipway.domain.policy.objections_had_time import check
from slipway.domain.policy_hash import effective_policy_hash
from slipway.domain.release import ChangeKind
from slipway.domain.service import StageRole
from tests.builders import DEV, PREPROD, PROD, people, platform_rules
from tests.facts import NOW, a_release, a_rollback, facts

SLACK, MAIL = "slack:C0DEPLOY", "email:team@example.gov.uk"
HALF_AN_HOUR = timedelta(minutes=30)
SECOND = timedelta(seconds=1)
WAITS_FOR_DELIVERY = [None]


def seen_by(person: str, at: datetime = NOW) -> Acknowledgement:
    return Acknowledgement(person=person, name=person.capitalize(), at=at)


def announced(*told: Told, acknowledged: tuple[Acknowledgement, ...] = ()) -> Announcement:
    return Announcement(told_at=NOW - timedelta(hours=2), told=told, acknowledged=acknowledged)


DELIVERED = announced(Told(way=SLACK, at=NOW))
NOWHERE = announced(Told(way=SLACK, problem="connection refused"))


def blockers(
    announcement: Announcement | None, at: datetime = NOW, role: StageRole = PROD, **more: Any
) -> list[Blocker]:
    release = a_release(problematic=True, **more.pop("release", {}))
    return list(check(facts(role, release=release, announcement=announcement, **more), at))


def clears(*args: Any, **more: Any) -> list[datetime | None]:
    return [blocker.clears_at for blocker in blockers(*args, **more)]


def test_people_have_their_time_from_the_delivery_on_to_the_second() -> None:
    assert clears(DELIVERED, NOW + HALF_AN_HOUR - SECOND) == [NOW + HALF_AN_HOUR]
    assert clears(DELIVERED, NOW + HALF_AN_HOUR) == []


def test_the_policy_says_how_long() -> None:
    hour = platform_rules(messages=MessageRoutes(objection_minutes=60))
    assert clears(DELIVERED, NOW + HALF_AN_HOUR, platform=hour) == [NOW + 2 * HALF_AN_HOUR]
    minute = platform_rules(messages=MessageRoutes(objection_minutes=1))
    assert "have 1 minute to object" in blockers(DELIVERED, platform=minute)[0].message


def test_another_time_is_another_policy_and_voids_no_grant() -> None:
    before, after = (platform_rules(messages=MessageRoutes(objection_minutes=minutes)) for minutes in (30, 60))
    policies = [Governed(platform=rules, people=people()) for rules in (before, after)]
    assert policies[0].digest != policies[1].digest
    assert effective_policy_hash(before, "ordering", "prod") == effective_policy_hash(after, "ordering", "prod")


def test_the_first_way_that_reached_people_counts() -> None:
    both = announced(Told(way=MAIL, at=NOW + 20 * SECOND), Told(way=SLACK, at=NOW), Told(way="webhook:ops"))
    assert clears(both, NOW + HALF_AN_HOUR - SECOND) == [NOW + HALF_AN_HOUR]
    assert clears(both, NOW + HALF_AN_HOUR) == []


@pytest.mark.parametrize(
    ("announcement", "because"),
    [
        (NOWHERE, "slack:C0DEPLOY: connection refused"),
        (announced(), "it has not been sent yet"),
        (announced(Told(way=SLACK)), "slack:C0DEPLOY: on its way"),
        (announced(Told(way="file", at=NOW - timedelta(hours=1))), "the message file tells nobody"),
    ],
    ids=["refused", "not sent", "in doubt", "file only"],
)
def test_what_reached_nobody_has_no_known_end_and_says_why(announcement: Announcement, because: str) -> None:
    (only,) = blockers(announcement, NOW + timedelta(days=1))
    assert (only.code, only.clears_at) == ("objections_open", None)
    assert because in only.message
    assert only.cleared_by.endswith(
        "or a manager of the owning team or above, or second line, who did not ask for it: slipway acknowledge r1"
    )


def test_what_is_not_announced_yet_waits_for_that() -> None:
    assert clears(None) == WAITS_FOR_DELIVERY


def test_it_says_how_to_object() -> None:
    (only,) = blockers(DELIVERED)
    assert "slipway object r1 --reason" in only.message
    assert f"{NOW:%Y-%m-%d %H:%M} UTC" in only.message


@pytest.mark.parametrize(
    ("person", "left"),
    [("lena", []), ("mona", []), ("sam", [None]), ("selma", [None]), ("rita", [None]), ("gone", [None])],
)
def test_second_line_or_a_manager_stands_in_for_a_delivery(person: str, left: list[None]) -> None:
    assert clears(replace(NOWHERE, acknowledged=(seen_by(person),))) == left


def test_who_asked_for_it_does_not_though_of_second_line() -> None:
    asked = {"requested_by": "lena", "requesters": frozenset({"lena"})}
    seen = replace(NOWHERE, acknowledged=(seen_by("lena"),))
    assert clears(seen, release=asked) == WAITS_FOR_DELIVERY
    assert clears(replace(seen, acknowledged=(seen_by("lena"), seen_by("mona"))), release=asked) == []


def test_who_left_since_does_not() -> None:
    assert clears(replace(NOWHERE, acknowledged=(seen_by("lena"),)), people=people("lena")) == WAITS_FOR_DELIVERY


def test_once_people_were_told_nobody_takes_their_time_from_them() -> None:
    for at, left in ((NOW - SECOND, []), (NOW, [NOW + HALF_AN_HOUR]), (NOW + SECOND, [NOW + HALF_AN_HOUR])):
        assert clears(replace(DELIVERED, acknowledged=(seen_by("lena", at),)), NOW + SECOND) == left


@pytest.mark.parametrize("kind", [ChangeKind.EMERGENCY, ChangeKind.SECURITY])
def test_what_skips_the_window_skips_this(kind: ChangeKind) -> None:
    assert clears(NOWHERE, release={"kind": kind}) == []


@pytest.mark.parametrize("role", [DEV, PREPROD])
def test_it_binds_live_only(role: StageRole) -> None:
    assert clears(None, role=role) == []


def test_who_expects_no_trouble_waits_for_nothing() -> None:
    assert not list(check(facts(PROD), NOW))


def test_a_way_back_waits_for_nobody() -> None:
    assert clears(None, release={"rollback": a_rollback()}) == []
    assert check not in {*OF_A_RESCUE, *OF_A_RETURN}


def test_it_is_asked_before_the_turn_and_for_the_permit() -> None:
    assert check in BEFORE_TURN
    assert check in FOR_PERMIT
