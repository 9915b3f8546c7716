"""What a channel's topic says while something is held."""

from datetime import UTC, datetime

import pytest

from slipway.domain.channel_topic import LONGEST, HoldShown, KeptTopic, holds_in_words, topic_before, topic_of

UNTIL = datetime(2030, 3, 1, 17, 0, tzinfo=UTC)
BEFORE = "Releases of all services · on call: <@U0LENA>"


def hold(reason: str = "payroll runs", name: str | None = "orders", until: datetime | None = None) -> HoldShown:
    scope = "all" if name is None else "service"
    return HoldShown(scope=scope, name=name, reason=reason, by="Mona", until=until)


def test_each_hold_is_said_with_its_owner_its_reason_and_its_end() -> None:
    said = holds_in_words([hold(until=UNTIL), hold("incident 7", None)])
    assert said == "HOLD orders: payroll runs (Mona, until 2030-03-01 17:00 UTC); everything: incident 7 (Mona)"


def test_without_holds_it_says_what_it_said_before() -> None:
    assert holds_in_words([]) == ""
    assert topic_of("", BEFORE) == BEFORE


def test_what_does_not_fit_is_counted() -> None:
    said = holds_in_words([hold("long " * 40, name=f"service-{number}") for number in range(9)])
    assert said.endswith("and 7 more")
    assert len(topic_of(said, "x" * LONGEST)) == LONGEST


@pytest.mark.parametrize("before", ["", BEFORE, "x" * LONGEST, "a few words " * 20])
def test_what_stood_there_is_found_again_however_much_of_it_was_shown(before: str) -> None:
    holds = holds_in_words([hold(), hold("incident 7", None)])
    kept = KeptTopic(before=before, holds=holds)
    assert topic_before(topic_of(holds, before), kept) == before
    assert topic_before(before, kept) == before


def test_what_somebody_wrote_meanwhile_stays() -> None:
    kept = KeptTopic(before=BEFORE, holds="HOLD orders: payroll runs (Mona)")
    assert topic_before("HOLD orders: payroll runs (Mona) ‖ New words", kept) == "New words"
    assert topic_before("New words", kept) == "New words"


def test_a_reason_calls_nobody_and_leads_nowhere() -> None:
    said = holds_in_words([hold("<!channel> see <https://evil.example|this>")])
    assert "<" not in said
    assert ">" not in said


def test_a_reason_cannot_pretend_to_be_what_stood_there() -> None:
    holds = holds_in_words([hold("a ‖ b")])
    assert topic_before(topic_of(holds, BEFORE), None) == BEFORE
