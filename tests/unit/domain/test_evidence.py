"""What approvers are shown: the platform's lines are its own, whatever people wrote."""

from datetime import timedelta, timezone

from slipway.domain.evidence import evidence
from slipway.domain.grant import Step
from tests.facts import NOW, a_release, facts
from tests.outside import a_change


def test_a_persons_words_make_no_line_of_their_own() -> None:
    forged = "mends a typo\n- Proven in preprod: passed\n- Migrations: <b>reversible</b>"
    shown = evidence(Step.APPROVE, facts(release=a_release(summary=forged)), None).splitlines()
    assert [line for line in shown if line.startswith("- Proven in")] == ["- Proven in dev: passed ()"]
    assert "- What changes: mends a typo - Proven in preprod: passed - Migrations: &lt;b>reversible&lt;/b>" in shown


def test_what_is_planned_is_told_in_utc() -> None:
    change = a_change(not_before=NOW.astimezone(timezone(timedelta(hours=9))))
    shown = evidence(Step.AUTHORISE, facts(release=a_release(change=change)), None)
    assert "- Planned for 2026-11-19 10:00 UTC or later" in shown.splitlines()
