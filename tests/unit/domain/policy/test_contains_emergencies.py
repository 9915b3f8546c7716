"""An ordinary release contains what the emergencies before it brought to live."""

from typing import Any

import pytest

from slipway.domain.containment import Contained, Containment, LiveEmergency
from slipway.domain.policy.contains_emergencies import check
from slipway.domain.release import ChangeKind
from tests.builders import DEV, PREPROD, PROD
from tests.facts import NOW, a_release, facts
from tests.outside import a_change

EMERGENCY = LiveEmergency(release_id="r17", kind=ChangeKind.EMERGENCY, version="1.0.1", digest="sha256:17")


def known(**what: Any) -> tuple[Containment, ...]:
    return (Containment(emergency=EMERGENCY, **what),)


on_the_live_path = pytest.mark.parametrize("role", [PREPROD, PROD])


@on_the_live_path
def test_what_nobody_knows_is_in_the_way_and_says_what_to_do(role: Any) -> None:
    (blocker,) = check(facts(role, emergencies=known(because="GitHub is down")), NOW)
    assert blocker.code == "emergency_unknown"
    assert "emergency release r17 (1.0.1)" in blocker.message
    assert "GitHub is down" in blocker.message
    assert "--contains r17" in blocker.cleared_by


@on_the_live_path
@pytest.mark.parametrize("declared_by", [None, "rita"])
def test_a_no_is_in_the_way_whatever_is_declared(role: Any, declared_by: str | None) -> None:
    said = known(answer=Contained.NO, source="GitHub", declared_by=declared_by)
    (blocker,) = check(facts(role, emergencies=said), NOW)
    assert blocker.code == "emergency_not_contained"
    assert "GitHub" in blocker.message
    assert "1.0.1" in blocker.cleared_by


@pytest.mark.parametrize("what", [{"answer": Contained.YES, "source": "GitHub"}, {"declared_by": "rita"}])
def test_what_is_contained_or_declared_goes_on(what: dict[str, Any]) -> None:
    assert list(check(facts(PROD, emergencies=known(**what)), NOW)) == []


@pytest.mark.parametrize("kind", [ChangeKind.EMERGENCY, ChangeKind.SECURITY])
def test_an_emergency_may_follow_another(kind: ChangeKind) -> None:
    assert list(check(facts(PROD, release=a_release(kind=kind), emergencies=known()), NOW)) == []


def test_dev_is_free() -> None:
    assert list(check(facts(DEV, emergencies=known()), NOW)) == []


def test_work_outside_replaces_no_artefact() -> None:
    release = a_release(change=a_change())
    assert list(check(facts(PROD, release=release, emergencies=known()), NOW)) == []
