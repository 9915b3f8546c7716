"""Live waits for the support that a release asked for; nothing else does."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from slipway.domain.booking import Booking
from slipway.domain.policy.support_is_there import check
from slipway.domain.service import StageRole
from tests.builders import DEV, PREPROD, PROD
from tests.facts import NOW, facts

HOUR = timedelta(hours=1)


def a_booking(**changes: Any) -> Booking:
    values: dict[str, Any] = {
        "id": 3,
        "service": "orders",
        "begins": NOW - HOUR,
        "ends": NOW + HOUR,
        "reason": "the queue moves",
        "booked_by": "rita",
        "accepted_by": "lena",
        "waived_by": None,
        "waived_because": None,
    }
    return Booking(**{**values, **changes})


def clears(role: StageRole = PROD, at: datetime = NOW, **changes: Any) -> list[datetime | None]:
    return [blocker.clears_at for blocker in check(facts(role, booking=a_booking(**changes)), at)]


def test_it_is_there_from_its_first_instant_to_just_before_its_last() -> None:
    assert clears(at=NOW - HOUR) == []
    assert clears(at=NOW - HOUR - timedelta(microseconds=1)) == [NOW - HOUR]
    assert clears(at=NOW + HOUR - timedelta(microseconds=1)) == []
    assert clears(at=NOW + HOUR) == [None]


@pytest.mark.parametrize("accepted_by", [None, "rita", "gone"])
def test_nobody_of_second_line_is_nobody_there(accepted_by: str | None) -> None:
    assert clears(accepted_by=accepted_by) == [None]


@pytest.mark.parametrize("role", [DEV, PREPROD])
def test_it_binds_live_only(role: StageRole) -> None:
    assert clears(role, accepted_by=None) == []


def test_waived_or_never_asked_for_it_binds_nothing() -> None:
    assert clears(accepted_by=None, waived_by="mona", waived_because="it cannot wait") == []
    assert not list(check(facts(PROD), NOW))
