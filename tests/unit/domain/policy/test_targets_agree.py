"""Immediately before the permit the targets say what the log says."""

from typing import Any

import pytest

from slipway.domain.policy.targets_agree import check
from slipway.domain.release import ChangeKind, StageOutcome
from slipway.domain.service import StageRole
from tests.builders import DEV, PREPROD, PROD
from tests.facts import NOW, a_release, a_sighting, facts, stage_at

ANOTHER = "sha256:" + "2" * 64


def codes(role: StageRole, **changes: Any) -> list[str]:
    return [blocker.code for blocker in check(facts(role, **changes), NOW)]


def seen(preprod: dict[str, Any] | None = None, prod: dict[str, Any] | None = None) -> Any:
    return (a_sighting(PREPROD, **(preprod or {})), a_sighting(PROD, **(prod or {})))


@pytest.mark.parametrize("role", [DEV, PREPROD, PROD])
def test_whoever_finds_what_the_log_says_may_go_on(role: StageRole) -> None:
    assert codes(role) == []


def test_dev_asks_nobody() -> None:
    assert codes(DEV, sightings=()) == []


def test_a_target_that_was_not_asked_is_as_good_as_silent() -> None:
    assert codes(PROD, sightings=()) == ["target_silent", "target_silent"]
    assert codes(PREPROD, sightings=()) == ["target_silent"]


def test_one_that_does_not_answer_blocks_whatever_else_it_seems_to_say() -> None:
    assert codes(PROD, sightings=seen(prod={"problem": "timeout"})) == ["target_silent"]
    assert codes(PROD, sightings=seen(preprod={"problem": "timeout"})) == ["target_silent"]


@pytest.mark.parametrize("digest", [None, ANOTHER])
def test_preprod_must_run_exactly_this_by_its_own_word(digest: str | None) -> None:
    assert codes(PROD, sightings=seen(preprod={"digest": digest})) == ["preprod_moved_on"]


def test_preprod_must_be_healthy_live_need_not() -> None:
    assert codes(PROD, sightings=seen(preprod={"healthy": False})) == ["preprod_unhealthy"]
    assert codes(PROD, sightings=seen(prod={"healthy": False})) == []


@pytest.mark.parametrize(
    ("runs", "logged"), [(ANOTHER, "sha256:1"), (None, ANOTHER), (ANOTHER, None)], ids=["other", "gone", "stranger"]
)
def test_live_must_run_what_the_log_says(runs: str | None, logged: str | None) -> None:
    assert codes(PROD, sightings=seen(prod={"digest": runs, "logged_digest": logged})) == ["live_drift"]


def test_the_first_deploy_ever_finds_nothing_and_may_go_on() -> None:
    assert codes(PROD, sightings=seen(prod={"digest": None, "logged_digest": None, "healthy": False})) == []


@pytest.mark.parametrize(
    ("kind", "summary", "passes"),
    [
        (ChangeKind.EMERGENCY, "the site is down", True),
        (ChangeKind.EMERGENCY, " ", False),
        (ChangeKind.SECURITY, "a hole", False),
        (ChangeKind.STANDARD, "more orders", False),
    ],
)
def test_only_an_emergency_with_a_reason_passes_drift(kind: ChangeKind, summary: str, passes: bool) -> None:
    release = a_release(kind=kind, summary=summary)
    blockers = codes(PROD, release=release, sightings=seen(prod={"digest": ANOTHER}))
    assert blockers == ([] if passes else ["live_drift"])


def test_what_runs_in_preprod_before_its_own_stage_is_replaced_anyway() -> None:
    assert codes(PREPROD, sightings=(a_sighting(PREPROD, digest=ANOTHER, healthy=False),)) == []


def test_a_service_without_preprod_is_asked_for_live_only() -> None:
    before = (stage_at(PREPROD, outcome=StageOutcome.NOT_APPLICABLE),)
    assert codes(PROD, stages_before=before, sightings=(a_sighting(PROD),)) == []
