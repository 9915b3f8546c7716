"""What people are told names whoever acts, and what somebody must end."""

from dataclasses import replace
from datetime import UTC, datetime

from slipway.docs.sample_release import ATTEMPT, RELEASE, STAGE
from slipway.domain.messages import queue, releases
from slipway.domain.policy.decision import Blocker
from slipway.domain.release import Origin

SOON = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OBJECTIONS = Blocker(code="objections", message="people have 2 minutes to object", clears_at=SOON)
LANE = Blocker(code="lane_busy", message="r-1 holds the lane")
HOLD = Blocker(code="hold", message="hold 3 by lena")


def test_the_message_of_a_further_attempt_names_who_asks_for_it() -> None:
    told = releases.asked_for(RELEASE, replace(ATTEMPT, number=2, actor="sam"))
    assert f"sam asks for attempt 2 to prod ({RELEASE.id})" in told.text
    assert told.headline is not None
    assert told.headline.endswith("attempt 2, asked for by sam")
    assert RELEASE.requested_by not in told.text + told.headline


def test_a_further_attempt_of_the_platforms_own_is_nobodys() -> None:
    told = releases.asked_for(RELEASE, replace(ATTEMPT, number=3, actor="platform", origin=Origin.PLATFORM))
    assert "the platform asks for attempt 3" in told.text


def test_what_waits_names_first_what_a_person_must_end_and_last_what_time_ends() -> None:
    assert "waits: hold 3 by lena, and 2 more" in queue.waits(ATTEMPT, STAGE, 1, (OBJECTIONS, LANE, HOLD)).text
    assert "waits: r-1 holds the lane, and 1 more" in queue.waits(ATTEMPT, STAGE, 1, (OBJECTIONS, LANE)).text
    assert "waits: people have 2 minutes to object." in queue.waits(ATTEMPT, STAGE, 1, (OBJECTIONS,)).text
