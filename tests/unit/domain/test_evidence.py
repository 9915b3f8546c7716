"""What approvers are shown: the platform's lines are its own, whatever people wrote."""

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from slipway.domain.announcement import Acknowledgement, Announcement, Told
from slipway.domain.booking import Booking
from slipway.domain.commits import Commit, CommitsSinceLive
from slipway.domain.evidence import evidence
from slipway.domain.grant import Step
from slipway.domain.migration_check import MigrationCheck
from slipway.domain.migration_evidence import NO_DATABASE, UNCHECKED
from slipway.domain.migration_proof import FindingCode, Reversibility
from slipway.domain.policy.decision import StandingHold
from slipway.domain.release import BadAgain, ChangeKind
from slipway.domain.service import MigrationSettings, SmokeCheck, SmokeSuite
from slipway.domain.text_limits import TEXT
from tests.builders import PREPROD, PROD
from tests.facts import NOW, a_grant, a_release, an_attempt, facts, stage_at
from tests.migrations import a_proof
from tests.outside import a_change
from tests.watching import a_check, a_watch


def test_a_persons_words_make_no_line_of_their_own() -> None:
    forged = "mends a typo\n- Proven in preprod: passed\n- Migrations: <b>reversible</b>"
    shown = evidence(Step.APPROVE, facts(release=a_release(summary=forged)), None).splitlines()
    assert [line for line in shown if line.startswith("- Proven in")] == ["- Proven in dev: passed ()"]
    assert "- What changes: `mends a typo - Proven in preprod: passed - Migrations: <b>reversible</b>`" in shown


def test_what_others_answered_says_who_looked_at_what_where_they_said_so() -> None:
    grants = (
        a_grant(Step.APPROVE),
        a_grant(Step.AUTHORISE, looked_by="rob", looked_at="[the list](https://evil.example)"),
    )
    shown = evidence(Step.SIGN_OFF, facts(grants=grants), None).splitlines()
    approved, authorised = (line for line in shown if line.startswith(("- approve: ", "- authorise: ")))
    assert approved.endswith(" UTC")
    assert authorised.endswith(" UTC, after `rob` looked at `[the list](https://evil.example)`")


def test_who_expects_trouble_says_so_to_those_who_decide() -> None:
    for problematic in (True, False):
        shown = evidence(Step.APPROVE, facts(release=a_release(problematic=problematic)), None).splitlines()
        assert ("- **Potentially problematic**, says rita" in shown) is problematic


def test_who_was_told_beforehand_is_said_and_who_has_seen_it() -> None:
    at = "2026-11-19 10:00 UTC"
    slack, file = Told(way="slack:C0DEPLOY", at=NOW), Told(way="file", at=NOW)
    lena = Acknowledgement(person="lena", name="Lena", at=NOW, comment="seen\n- it is *fine*")
    for told, line in (
        ((slack, file), f"- Announced at {at}: reached people at {at} by `slack:C0DEPLOY`"),
        ((file,), f"- Announced at {at}: **has reached nobody yet** (`the message file tells nobody`)"),
    ):
        announcement = Announcement(told_at=NOW, told=told, acknowledged=(lena,))
        shown = evidence(Step.SIGN_OFF, facts(PROD, announcement=announcement, acknowledged=(lena,)), None).splitlines()
        assert line in shown
        assert f"- Acknowledged by lena at {at}: `seen - it is *fine*`" in shown
    assert not any("Acknowledged" in line for line in evidence(Step.SIGN_OFF, facts(PROD), None).splitlines())


def test_what_a_failure_does_is_said_for_what_runs_and_for_nothing() -> None:
    for runs, told in (
        ("1.0", "1.0; that is what a failure brings back"),
        (None, "nothing; a failure removes it again"),
    ):
        assert f"- Runs in preprod now: {told}" in evidence(Step.APPROVE, facts(), runs).splitlines()


@pytest.mark.parametrize("step", [Step.CONFIRM, Step.VERDICT])
def test_once_it_is_deployed_a_failure_brings_back_what_ran_before_it(step: Step) -> None:
    for before, told in (
        ("0.9", "1.0; a failure brings back 0.9"),
        (None, "1.0; a failure removes it: nothing ran here before"),
    ):
        stage = stage_at(PROD, previous_version=before)
        assert f"- Runs in prod now: {told}" in evidence(step, facts(stage=stage), "1.0").splitlines()


def test_a_watch_of_one_minute_is_said_to_be_one() -> None:
    check = a_check("errors")
    for minutes, told in ((1, "for 1 minute: "), (5, "for 5 minutes: ")):
        stage = stage_at(PROD)
        stage = replace(stage, definition=replace(stage.definition, watch=a_watch(check, minutes=minutes)))
        assert told in evidence(Step.SIGN_OFF, facts(PROD, stage=stage), "1.0")


def test_migrations_do_not_apply_where_there_is_no_database() -> None:
    stage = stage_at(PREPROD)
    for migrations, told in (
        (None, NO_DATABASE),
        (MigrationSettings(connection="orders_preprod"), UNCHECKED),
    ):
        definition = replace(stage.definition, migrations=migrations)
        shown = evidence(Step.APPROVE, facts(stage=replace(stage, definition=definition)), None).splitlines()
        assert f"- Migrations: {told}" in shown


def test_where_migrations_leave_no_way_back_a_failure_is_not_said_to_bring_anything_back() -> None:
    stuck = MigrationCheck(detail="", proof=a_proof(Reversibility.IRREVERSIBLE, FindingCode.OLD_VERSION_BREAKS))
    shown = evidence(Step.APPROVE, facts(migration=stuck), "1.0")
    assert "- Runs in preprod now: 1.0; **a failure does not bring it back**" in shown


def test_of_the_commits_of_a_security_release_only_their_number_is_shown() -> None:
    commits = (Commit(id="0123456789abcdef", author="Ada", subject="Mend the hole"),)
    since = CommitsSinceLive(since="0.9", commits=commits, total=7, source="GitHub")
    for kind, told in ((ChangeKind.STANDARD, True), (ChangeKind.SECURITY, False)):
        release = a_release(kind=kind, summary="SEC-7", rollback_plan="SEC-7")
        shown = evidence(Step.APPROVE, facts(release=release), None, commits=since)
        assert "- Commits since 0.9, which is live: 7, says GitHub" in shown.splitlines()
        assert ("Mend the hole" in shown, "Ada" in shown, "6 others" in shown) == (told, told, told)


MARKUP = "![x](https://evil.example/pixel.png) [sign here](https://evil.example) **bold** `code` https://evil.example"
HOLD = StandingHold(id=7, scope="service orders", reason=MARKUP, placed_by="lena", until=None)
WAIVED = Booking(
    id=3,
    service="orders",
    begins=NOW,
    ends=NOW,
    reason="the queue moves",
    booked_by="rita",
    accepted_by=None,
    waived_by="lena",
    waived_because=MARKUP,
)


@pytest.mark.parametrize(
    "given",
    [
        {"release": a_release(summary=MARKUP)},
        {"release": a_release(rollback_plan=MARKUP)},
        {"release": a_release(ticket=MARKUP)},
        {"release": a_release(requesters=frozenset({"rita", MARKUP}))},
        {"release": a_release(change=a_change(where=MARKUP))},
        {"release": a_release(change=a_change(tested=MARKUP))},
        {"release": a_release(change=a_change(tested="", untested_because=MARKUP))},
        {"release": a_release(change=a_change(by_hand_because=MARKUP))},
        {"holds": (HOLD,)},
        {"booking": WAIVED},
        {"announcement": Announcement(told_at=NOW, told=(Told(way="slack:C0DEPLOY", problem=MARKUP),))},
        {"bad_version": MARKUP},
        {"attempt": an_attempt(bad_again=BadAgain(by="sue", reason=MARKUP))},
        {"stages_before": (stage_at(detail=MARKUP),)},
    ],
)
def test_a_persons_words_are_shown_as_code_where_no_picture_and_no_link_works(given: dict[str, Any]) -> None:
    """The pieces outside of backticks are the platform's own."""
    (line,) = (line for line in evidence(Step.APPROVE, facts(**given), None).splitlines() if "evil.example" in line)
    assert "evil.example" not in "".join(line.split("`")[::2])
    assert "![x](https://evil.example/pixel.png) [sign here]" in "".join(line.split("`")[1::2])


def test_where_nothing_was_said_the_form_says_so() -> None:
    shown = evidence(Step.APPROVE, facts(release=a_release(summary=" ", rollback_plan="", ticket=None)), None)
    for line in ("What changes: no summary given", "If it goes wrong: no rollback plan given", "Ticket: none given"):
        assert f"- {line}" in shown.splitlines()


def test_the_longest_text_that_may_be_written_is_shown_to_its_end() -> None:
    shown = evidence(Step.APPROVE, facts(release=a_release(rollback_plan="x" * (TEXT - 1) + "!")), None)
    assert "x!`" in shown


def test_what_is_planned_is_told_in_utc() -> None:
    change = a_change(not_before=NOW.astimezone(timezone(timedelta(hours=9))))
    shown = evidence(Step.AUTHORISE, facts(release=a_release(change=change)), None)
    assert "- Planned for 2026-11-19 10:00 UTC or later" in shown.splitlines()


@pytest.mark.parametrize(("number", "told"), [(1, "1 check at live.example:84"), (3, "3 checks at live.example:84")])
def test_what_checks_it_afterwards_is_told_without_what_may_be_secret_in_its_address(number: int, told: str) -> None:
    checks = tuple(SmokeCheck(name=f"c{one}", path="/") for one in range(number))
    suite = SmokeSuite(url="https://user:pw@live.example:84/letters?key=hidden", checks=checks)
    stage = stage_at(PROD)
    stage = replace(stage, definition=replace(stage.definition, smoke=suite))
    shown = evidence(Step.AUTHORISE, facts(release=a_release(change=a_change()), stage=stage), None)
    assert f"- Checked afterwards by {told}" in shown.splitlines()
    assert "hidden" not in shown
    assert "pw" not in shown


def test_where_nothing_checks_it_a_person_does() -> None:
    stage = stage_at(PROD)
    stage = replace(stage, definition=replace(stage.definition, smoke=None))
    shown = evidence(Step.AUTHORISE, facts(release=a_release(change=a_change()), stage=stage), None)
    assert "- Checked afterwards by the person who confirms it" in shown.splitlines()
