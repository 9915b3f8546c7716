"""Commands that change something: each is a REST call of the signed-in person."""

import json
import stat
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from slipway.cli.main import app
from slipway.cli.registry import ENTRIES
from slipway.cli.usage import PlainCommand
from slipway.domain.grant import Step
from tests.fakes.airflow_server import FakeAirflow, a_question

TRIGGER = "POST /api/v2/dags/release__orders/dagRuns"
RETRY = "POST /slipway/api/releases/r7/retry"
STARTED = {"dag_id": "release__orders", "run_id": "orders-1.1-x", "service": "orders", "version": "1.1"}
LONG_AGO = "2026-01-05T10:00:00+00:00"
TEXTS = ["--summary", "takes more orders", "--rollback-plan", "back to 1.0"]
Slipway = Callable[..., Result]


@pytest.fixture
def airflow() -> Iterator[FakeAirflow]:
    with FakeAirflow() as server:
        yield server


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config"


@pytest.fixture
def nobody(airflow: FakeAirflow, config: Path) -> Slipway:
    """The command line of somebody who has not signed in."""

    def run(*words: str, **more: str) -> Result:
        places = {"XDG_CONFIG_HOME": str(config), "SLIPWAY_URL": airflow.url}
        return CliRunner().invoke(app, list(words), env={**places, **more})

    return run


@pytest.fixture
def rita(nobody: Slipway) -> Slipway:
    assert nobody("login", "rita", SLIPWAY_PASSWORD="rita").exit_code == 0
    return nobody


def knows(airflow: FakeAirflow, **changes: object) -> None:
    """A release r7 of orders with one open attempt."""
    attempt = {"id": "r7.1", "dag_id": "release__orders", "run_id": "run-1", "outcome": None, "version": "1.0"}
    release = {
        "service": "orders",
        "summary": "s",
        "rollback_plan": "p",
        "change_kind": "standard",
        "to": "prod",
        "attempts": [{**attempt, **changes}],
    }
    airflow.answers["GET /slipway/api/releases/r7"] = (200, release)


def test_a_sign_in_is_kept_where_only_its_owner_reads_it(nobody: Slipway, config: Path, airflow: FakeAirflow) -> None:
    result = nobody("login", "rita", SLIPWAY_PASSWORD="rita")

    file = config / "slipway" / "sessions.json"
    assert "signed in" in result.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text()) == {airflow.url: {"person": "rita", "token": "token-of-rita"}}


def test_a_wrong_password_signs_nobody_in(nobody: Slipway, config: Path) -> None:
    result = nobody("login", "rita", SLIPWAY_PASSWORD="guess")

    assert (result.exit_code, config.exists()) == (1, False)
    assert "rita cannot sign in" in result.stderr


def test_a_token_is_not_sent_to_another_address(rita: Slipway) -> None:
    with FakeAirflow() as elsewhere:
        result = rita("stop", "r7", "--reason", "x", SLIPWAY_URL=elsewhere.url)

        assert (result.exit_code, elsewhere.asked) == (1, [])
    assert "run `slipway login`" in result.stderr


def test_who_is_not_signed_in_is_told_to(nobody: Slipway, airflow: FakeAirflow) -> None:
    result = nobody("release", "orders", "1.0", *TEXTS)

    assert (result.exit_code, airflow.asked) == (1, [])
    assert "slipway login" in result.stderr


def test_a_release_starts_a_run_of_the_services_dag(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})

    result = rita("release", "orders", "1.0+b 1", *TEXTS, "--kind", "emergency", "--ticket", "CHG-1")

    (asked,) = airflow.changes()
    assert (result.exit_code, asked.person) == (0, "rita")
    assert asked.body["conf"] == {
        "version": "1.0+b 1",
        "summary": "takes more orders",
        "rollback_plan": "back to 1.0",
        "change_kind": "emergency",
        "to": "prod",
        "ticket": "CHG-1",
    }
    assert asked.body["dag_run_id"].startswith("orders-1.0-b-1-")
    assert asked.body["dag_run_id"] in result.stdout


def test_what_a_release_needs_may_be_said_several_times(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})

    rita("release", "orders", "1.0", *TEXTS, "--needs", "forms=2.1", "--needs", "greeter=1.0")

    (asked,) = airflow.changes()
    assert asked.body["conf"]["needs"] == "forms=2.1, greeter=1.0"


def test_the_texts_of_a_security_release_are_filed_and_the_run_carries_their_reference_only(
    rita: Slipway, airflow: FakeAirflow
) -> None:
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})
    airflow.answers["POST /slipway/api/disclosures"] = (201, {"reference": "SEC-7", "detail": "filed as SEC-7"})

    result = rita("release", "orders", "1.0", *TEXTS, "--kind", "security")

    filed, asked = airflow.changes()
    assert filed.body == {"service": "orders", "summary": TEXTS[1], "rollback_plan": TEXTS[3]}
    assert (asked.body["conf"]["summary"], asked.body["conf"]["rollback_plan"]) == ("SEC-7", "SEC-7")
    assert TEXTS[1] not in json.dumps(asked.body)
    assert "filed as SEC-7" in result.stdout


def test_texts_that_were_filed_before_are_not_filed_again(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})

    rita("release", "orders", "1.0", "--summary", "SEC-7", "--rollback-plan", "SEC-7", "--kind", "security")

    (asked,) = airflow.changes()
    assert asked.body["conf"]["summary"] == "SEC-7"


def test_where_the_texts_are_refused_nothing_is_asked_for(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/disclosures"] = (403, {"code": "may_not_file_disclosure", "message": "no"})

    assert rita("release", "orders", "1.0", *TEXTS, "--kind", "security").exit_code == 1
    assert len(airflow.changes()) == 1


def test_texts_are_shown_and_published_as_the_signed_in_person(rita: Slipway, airflow: FakeAirflow) -> None:
    found = {"reference": "SEC-7", "service": "orders", "release_id": "r7", "published_by": None}
    texts = {"summary": "a hole", "rollback_plan": "shut the page"}
    airflow.answers["GET /slipway/api/disclosures/SEC-7"] = (200, {**found, **texts})
    airflow.answers["POST /slipway/api/disclosures/SEC-7/publish"] = (200, {"detail": "SEC-7 is published"})

    shown = rita("disclosure", "show", "SEC-7").stdout
    assert ("a hole" in shown, "for the disclosure group only" in shown) == (True, True)
    assert rita("disclosure", "publish", "SEC-7", "--reason", "all have updated").stdout == "SEC-7 is published\n"
    assert [(one.person, one.body) for one in airflow.changes()] == [("rita", {"reason": "all have updated"})]


def test_a_release_without_summary_or_plan_is_bad_usage(rita: Slipway, airflow: FakeAirflow) -> None:
    for missing in (TEXTS[:2], TEXTS[2:]):
        assert rita("release", "orders", "1.0", *missing).exit_code == 2
    assert airflow.changes() == []


def test_a_release_of_an_unknown_service_is_refused(rita: Slipway) -> None:
    result = rita("release", "ordres", "1.0", *TEXTS)

    assert result.exit_code == 1
    assert "there is no service ordres" in result.stderr


BECAME = "GET /slipway/api/requests/release__orders/orders-1.0-*"


@pytest.mark.parametrize(
    ("run", "outcome", "code"),
    [
        ("success", "proven", 0),
        ("success", "live", 0),
        *(("success", outcome, 3) for outcome in ("superseded", "expired", "withdrawn", "rejected", "renewed")),
        *(("failed", outcome, 1) for outcome in ("failed", "rolled_back", "unverified", "live_uncertain")),
        ("success", None, 1),
    ],
)
def test_waiting_ends_with_the_run_and_says_how_the_release_ended(
    rita: Slipway, airflow: FakeAirflow, run: str, outcome: str | None, code: int
) -> None:
    reached = outcome in {"proven", "live"}
    stage = {"environment": "preprod", "outcome": "passed" if reached else "superseded", "detail": "r8 replaces it"}
    knows(airflow, outcome=outcome, release_id="r7", stages=[stage])
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})
    airflow.answers["GET /api/v2/dags/release__orders/dagRuns/orders-1.0-*"] = (200, {"state": run})
    airflow.answers[BECAME] = (200, {"state": "opened", "release_id": "r7", "attempt": "r7.1"})

    result = rita("release", "orders", "1.0", *TEXTS, "--wait")

    assert result.exit_code == code
    assert f"r7.1: {run}" in result.stdout.splitlines()
    if outcome is not None:
        assert f"r7.1 ended: {outcome}" in result.output
        assert ("preprod: r8 replaces it" in result.stderr) is not reached


def test_waiting_for_a_run_that_opened_nothing_is_no_success(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})
    airflow.answers["GET /api/v2/dags/release__orders/dagRuns/orders-1.0-*"] = (200, {"state": "success"})

    result = rita("release", "orders", "1.0", *TEXTS, "--wait")

    assert (result.exit_code, "the log does not say how" in result.stderr) == (1, True)


def test_who_asks_is_told_the_number_of_the_release(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})
    airflow.answers[BECAME] = (200, {"state": "opened", "release_id": "r7", "attempt": "r7.1"})

    result = rita("release", "orders", "1.0", *TEXTS)

    asked, number = result.stdout.splitlines()
    assert (result.exit_code, number) == (0, "It is release r7, attempt r7.1")
    assert asked.startswith(f"orders 1.0 is asked for: {airflow.url}/dags/release__orders/runs/orders-1.0-")


def test_who_asks_is_told_what_it_replaces(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})
    replaced = [{"release_id": "r5", "attempt": "r5.2", "version": "0.9"}]
    opened = {"state": "opened", "release_id": "r7", "attempt": "r7.1", "supersedes": replaced}
    airflow.answers[BECAME] = (200, opened)

    result = rita("release", "orders", "1.0", *TEXTS)

    assert result.stdout.splitlines()[-1] == "r5 0.9, which waited, is superseded"


def test_who_asks_in_vain_is_told_why(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})
    airflow.answers[BECAME] = (200, {"state": "refused", "code": "no_version", "message": "there is no version 1.0"})

    result = rita("release", "orders", "1.0", *TEXTS)

    assert result.exit_code == 1
    assert "it was refused: there is no version 1.0" in result.stderr
    assert "is asked for" not in result.output


def test_a_bad_version_is_asked_for_with_a_reason(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[RETRY] = (202, STARTED)
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})

    rita("retry", "r7", "--reason", "the check was wrong")
    rita("release", "orders", "1.0", *TEXTS, "--despite-bad", "the check was wrong")

    retry, release = airflow.changes()
    assert retry.body == {"despite_bad": "the check was wrong"}
    assert release.body["conf"]["despite_bad"] == "the check was wrong"


def test_break_glass_is_asked_for_and_closed(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/break-glass"] = (202, {"id": 7, "detail": "pending 7: nothing was done yet"})
    airflow.answers["POST /slipway/api/break-glass/close"] = (200, {"id": 1, "detail": "it is closed"})

    asked = rita("break-glass", "open", "--for", "piet", "--reason", "a run hangs")
    closed = rita("break-glass", "close", "--reason", "cleared it")
    too_long = rita("break-glass", "open", "--for", "piet", "--minutes", "61", "--reason", "a run hangs")

    assert (asked.stdout, closed.stdout) == ("pending 7: nothing was done yet\n", "it is closed\n")
    assert [one.body for one in airflow.changes()] == [
        {"person": "piet", "minutes": 30, "reason": "a run hangs"},
        {"reason": "cleared it"},
    ]
    assert too_long.exit_code == 2


def test_an_emergency_is_declared_to_be_contained(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[RETRY] = (202, STARTED)
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})

    rita("retry", "r7", "--contains", "r5")
    rita("release", "orders", "1.0", *TEXTS, "--contains", "r5", "--contains", "r6")

    retry, release = airflow.changes()
    assert (retry.body["contains"], release.body["conf"]["contains"]) == ("r5", "r5,r6")


def test_support_is_booked_accepted_waived_and_named(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})
    for path in ("support", "support/3/accept", "support/3/waive"):
        airflow.answers[f"POST /slipway/api/{path}"] = (200, {"detail": path})
    times = ("--from", "2026-11-23T10:00", "--until", "2026-11-23T12:00+01:00")

    assert rita("support", "book", "--service", "orders", *times, "--reason", "it moves").stdout == "support\n"
    assert rita("support", "accept", "3").exit_code == 0
    assert rita("support", "waive", "3", "--reason", "it cannot wait").exit_code == 0
    rita("release", "orders", "1.0", *TEXTS, "--support", "3")

    booked, accepted, waived, asked = (one.body for one in airflow.changes())
    assert (booked["service"], booked["reason"]) == ("orders", "it moves")
    assert (booked["begins"], booked["ends"]) == ("2026-11-23T10:00:00+00:00", "2026-11-23T11:00:00+00:00")
    assert (accepted, waived) == ({}, {"reason": "it cannot wait"})
    assert asked["conf"]["support"] == "3"


def test_a_review_is_closed_with_a_reason(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/reviews/3/close"] = (200, {"detail": "review 3 is closed"})

    assert rita("review", "close", "3", "--reason", "all was well").stdout == "review 3 is closed\n"
    assert airflow.changes()[0].body == {"reason": "all was well"}


def test_a_finding_is_explained_and_closed_with_a_reason(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/findings/81/explanation"] = (200, {"detail": "finding 81 is explained"})
    airflow.answers["POST /slipway/api/findings/81/close"] = (200, {"detail": "finding 81 is closed"})

    assert rita("audit", "explain", "81", "--reason", "a script").stdout == "finding 81 is explained\n"
    assert rita("audit", "close", "81", "--reason", "it is gone").stdout == "finding 81 is closed\n"
    assert [one.body for one in airflow.changes()] == [{"reason": "a script"}, {"reason": "it is gone"}]


def test_a_retry_names_the_version_and_follows_the_run_that_was_started(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[RETRY] = (202, STARTED)
    opened = {"state": "opened", "release_id": "r7", "attempt": "r7.2"}
    airflow.answers["GET /slipway/api/requests/release__orders/orders-1.1-x"] = (200, opened)

    result = rita("retry", "r7", "--version", "1.1")

    assert (result.exit_code, airflow.changes()[0].body) == (0, {"version": "1.1"})
    assert "orders 1.1 is asked for" in result.stdout
    assert "release r7, attempt r7.2" in result.stdout


def test_a_retry_that_is_refused_says_why(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[RETRY] = (403, {"code": "not_awaiting_retry", "message": "release r7 is open"})

    result = rita("retry", "r7")

    assert (result.exit_code, result.stderr) == (1, "release r7 is open\n")


def test_a_stop_says_what_happens_next(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/releases/r7/stop"] = (200, {"detail": "r7.1 stops at its next step"})

    result = rita("stop", "r7", "--reason", "wrong version")

    assert (result.exit_code, result.stdout) == (0, "r7.1 stops at its next step\n")
    assert airflow.changes()[0].body == {"reason": "wrong version"}


@pytest.mark.parametrize(
    ("words", "comment"), [((), ""), (("--comment", "we watch it"), "we watch it")], ids=["seen", "with a comment"]
)
def test_what_is_announced_is_acknowledged(
    rita: Slipway, airflow: FakeAirflow, words: tuple[str, ...], comment: str
) -> None:
    airflow.answers["POST /slipway/api/releases/r7/acknowledge"] = (200, {"detail": "r7 1.0 is acknowledged"})

    assert rita("acknowledge", "r7", *words).stdout == "r7 1.0 is acknowledged\n"
    assert airflow.changes()[0].body == {"comment": comment}


def test_a_verdict_that_is_owed_is_settled_with_a_reason(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/releases/r7/verdict"] = (200, {"detail": "r7 is live"})

    result = rita("verdict", "r7", "pass", "--reason", "works")

    assert (result.exit_code, result.stdout) == (0, "r7 is live\n")
    assert airflow.changes()[0].body == {"verdict": "pass", "reason": "works"}
    for words in (("unknown", "--reason", "x"), ("pass",)):
        assert rita("verdict", "r7", *words).exit_code == 2


def test_a_refusal_is_told_in_its_own_words(rita: Slipway, airflow: FakeAirflow) -> None:
    refused = {"code": "may_not_stop", "message": "Rita Rowe is none of those who may"}
    airflow.answers["POST /slipway/api/releases/r7/stop"] = (403, refused)

    result = rita("stop", "r7", "--reason", "x")

    assert (result.exit_code, result.stderr) == (1, "Rita Rowe is none of those who may\n")


@pytest.mark.parametrize(
    ("command", "step", "task", "option"),
    [
        ("approve", "approve", "preprod.approve", "Approve"),
        ("approve", "authorise", "prod.authorise", "Approve"),
        ("reject", "sign_off", "prod.sign_off", "Reject"),
        ("approve", "confirm", "prod.confirm", "Approve"),
        ("reject", "confirm", "prod.confirm", "Reject"),
        ("approve", "verdict", "prod.verdict", "Approve"),
    ],
)
def test_an_answer_goes_to_the_task_of_its_step(
    rita: Slipway, airflow: FakeAirflow, command: str, step: str, task: str, option: str
) -> None:
    knows(airflow)
    run = "/api/v2/dags/release__orders/dagRuns/run-1"
    needed = Step(step).needed_to_approve if command == "approve" else {}
    given = {"comment": "seen", **dict.fromkeys(needed, "rob, the list")}
    question = a_question(task, LONG_AGO, {name: {"value": ""} for name in given})
    airflow.answers[f"GET {run}/hitlDetails"] = (200, {"hitl_details": [question]})
    airflow.answers[f"PATCH {run}/taskInstances/{task}/-1/hitlDetails"] = (200, {})

    words = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)]
    result = rita(command, "r7", step, *words)

    assert result.exit_code == 0, result.output
    assert airflow.changes()[0].body == {"chosen_options": [option], "params_input": given}


@pytest.mark.parametrize("step", ["authorise", "confirm"])
def test_what_an_approval_needs_is_asked_for_at_once_before_anything_is_sent(
    rita: Slipway, airflow: FakeAirflow, step: str
) -> None:
    result = rita("approve", "r7", step, "--comment", "fine")

    assert (result.exit_code, airflow.asked[1:]) == (2, [])
    assert "'--looked-by', which" in result.stderr
    assert "'--looked-at', which" in result.stderr
    assert "Needed to approve authorise, confirm and verdict." in " ".join(rita("approve", "--help").stdout.split())


@pytest.mark.parametrize("step", ["sign_off", "confirm", "verdict"])
@pytest.mark.parametrize("words", [(), ("--comment", " . ")])
def test_a_no_without_a_reason_is_not_sent(
    rita: Slipway, airflow: FakeAirflow, step: str, words: tuple[str, ...]
) -> None:
    result = rita("reject", "r7", step, *words)

    assert (result.exit_code, airflow.asked[1:]) == (2, [])
    assert "'--comment': " in result.stderr
    assert "Why not" in result.stderr


def test_a_release_without_an_open_attempt_asks_nobody(rita: Slipway, airflow: FakeAirflow) -> None:
    knows(airflow, outcome="live")

    result = rita("approve", "r7", "approve")

    assert result.exit_code == 1
    assert "no attempt of r7 is open" in result.stderr
    assert "r7.1 ended: live." in result.stderr


@pytest.mark.parametrize("outcome", [None, "withdrawn"])
def test_who_answers_what_somebody_stopped_is_told_by_whom(
    rita: Slipway, airflow: FakeAirflow, outcome: str | None
) -> None:
    knows(airflow, outcome=outcome, stop_requested_by="rob", stop_reason="wrong version")
    airflow.answers["GET /api/v2/dags/release__orders/dagRuns/run-1/hitlDetails"] = (200, {"hitl_details": []})

    result = rita("approve", "r7", "approve")

    assert result.exit_code == 1
    assert "r7.1 was stopped by rob: wrong version" in result.stderr


@pytest.mark.parametrize("outcome", [None, "superseded"])
def test_who_answers_what_was_replaced_is_told_by_what(
    rita: Slipway, airflow: FakeAirflow, outcome: str | None
) -> None:
    passed = {"environment": "dev", "ending": None, "ending_detail": ""}
    replaced = {"environment": "prod", "ending": "superseded", "ending_detail": "replaced by r75, asked for by lena"}
    knows(airflow, outcome=outcome, stages=[passed, replaced])
    airflow.answers["GET /api/v2/dags/release__orders/dagRuns/run-1/hitlDetails"] = (200, {"hitl_details": []})

    result = rita("reject", "r7", "sign_off", "--comment", "no")

    assert result.exit_code == 1
    assert "r7 was superseded: replaced by r75, asked for by lena." in result.stderr


def test_what_is_not_asked_now_is_told_by_the_release_not_by_its_run(rita: Slipway, airflow: FakeAirflow) -> None:
    knows(airflow)
    airflow.answers["GET /api/v2/dags/release__orders/dagRuns/run-1/hitlDetails"] = (200, {"hitl_details": []})

    result = rita("approve", "r7", "approve")

    assert (result.exit_code, "approve of r7 does not wait for an answer now" in result.stderr) == (1, True)
    assert "run-1" not in result.stderr


def test_a_step_that_does_not_exist_is_bad_usage(rita: Slipway) -> None:
    result = rita("approve", "r7", "authorize")

    assert result.exit_code == 2
    assert "Value error" not in result.stderr
    assert (
        "'authorize' is none of approve, authorise, sign_off, confirm, verdict. Did you mean authorise?"
        in result.stderr
    )


def test_all_that_a_release_lacks_is_told_at_once(rita: Slipway, airflow: FakeAirflow) -> None:
    result = rita("release", "orders", "--kind", "emergancy", "--support", "two")

    assert (result.exit_code, airflow.changes()) == (2, [])
    assert "5 things are missing or wrong" in result.stderr
    for said in (
        "Missing argument 'VERSION': A version that was built.",
        "Missing option '--summary': What changes, in a sentence.",
        "Missing option '--rollback-plan': What happens if it goes wrong.",
        "'--kind': 'emergancy' is none of standard, emergency, security. Did you mean emergency?",
        "'--support': 'two' is no whole number",
    ):
        assert said in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("hold", "place", "--scope", "all", "--reason", "x", "--until", "soon"),
        ("support", "book", "--service", "orders", "--from", "soon", "--until", "2030-01-01T09:30", "--reason", "x"),
        ("explain", "orders", "prod", "--at", "soon"),
    ],
)
def test_a_time_that_is_none_says_how_to_write_one(rita: Slipway, airflow: FakeAirflow, words: tuple[str, ...]) -> None:
    result = rita(*words)

    assert (result.exit_code, airflow.changes()) == (2, [])
    assert "'soon' is no time: write it like 2030-01-31T09:30+00:00 (UTC where it names no zone)" in result.stderr


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00"])
def test_a_time_that_is_too_far_away_is_not_sent(rita: Slipway, airflow: FakeAirflow, at: str) -> None:
    result = rita("hold", "place", "--scope", "all", "--reason", "x", "--until", at)

    assert (result.exit_code, airflow.changes()) == (2, [])
    assert "a time is between 2000-01-01 and 2100-01-01, like 2030-01-31T09:30+00:00" in result.stderr


def test_every_command_says_all_at_once() -> None:
    """Made by `command_group`, which sees to it."""
    commands = [
        command for entry in ENTRIES for command in getattr(import_module(entry.module), entry.app).registered_commands
    ]

    others = [command for command in commands if not issubclass(command.cls or object, PlainCommand)]
    assert [command.callback.__name__ for command in others] == []


def test_a_hold_is_placed_with_scope_and_end(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/holds"] = (201, {"id": 3, "detail": "hold 3 stands"})

    result = rita("hold", "place", "--scope", "service:orders", "--reason", "x", "--until", "2030-01-01T09:30")

    assert result.stdout == "hold 3 stands\n"
    assert airflow.changes()[0].body == {
        "scope": "service",
        "name": "orders",
        "reason": "x",
        "until": "2030-01-01T09:30:00+00:00",
        "during": None,
        "absolute": False,
    }


def test_a_hold_may_bind_emergencies_too(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/holds"] = (201, {"id": 3, "detail": "hold 3 stands"})

    assert rita("hold", "place", "--scope", "all", "--reason", "x", "--absolute").exit_code == 0
    assert airflow.changes()[0].body["absolute"] is True


@pytest.mark.parametrize("scope", ["everything", "service", "service:", "team:x", "all:x"])
def test_a_scope_that_is_none_is_bad_usage(rita: Slipway, airflow: FakeAirflow, scope: str) -> None:
    assert rita("hold", "place", "--scope", scope, "--reason", "x").exit_code == 2
    assert airflow.changes() == []


def test_a_hold_is_lifted_by_its_number(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/holds/3/lift"] = (200, {"detail": "hold 3 is lifted"})

    assert rita("hold", "lift", "3", "--reason", "over").stdout == "hold 3 is lifted\n"


def test_a_lease_is_broken_by_two_and_the_first_is_told_how_it_goes_on(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/leases/r7.1/break"] = (202, {"id": 5, "detail": "pending 5: slipway second 5"})

    result = rita("lease", "break", "r7.1", "--reason", "it is stuck")

    assert (result.exit_code, result.stdout) == (0, "pending 5: slipway second 5\n")
    assert airflow.changes()[0].body == {"reason": "it is stuck"}


def test_an_activity_is_quarantined_by_two(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/activities/a1/quarantine"] = (202, {"id": 6, "detail": "pending 6"})

    assert rita("activity", "quarantine", "a1", "--reason", "the host is gone").stdout == "pending 6\n"
    assert airflow.changes()[0].body == {"reason": "the host is gone"}


def test_quarantined_work_is_settled_by_two(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/activities/a1/settle"] = (202, {"id": 7, "detail": "pending 7"})

    assert rita("activity", "settle", "a1", "--as", "failed", "--reason", "scrapped").stdout == "pending 7\n"
    assert airflow.changes()[0].body == {"as": "failed", "reason": "scrapped"}
    assert rita("activity", "settle", "a1", "--as", "perhaps", "--reason", "x").exit_code == 2


def test_a_pending_act_is_seconded_by_its_number(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/pending/5/second"] = (200, {"id": 5, "detail": "pending 5 takes effect"})

    assert rita("second", "5").stdout == "pending 5 takes effect\n"
    assert rita("second", "five").exit_code == 2


def test_a_policy_is_proposed_and_the_command_for_the_other_person_is_shown(
    rita: Slipway, airflow: FakeAirflow
) -> None:
    answer = {"digest": "4f0c", "differences": ["people.nora: added, {}"], "detail": "proposed"}
    airflow.answers["POST /slipway/api/policy/proposals"] = (201, answer)

    result = rita("policy", "propose")

    assert [asked.person for asked in airflow.changes()] == ["rita"]
    assert "people.nora: added" in result.stdout
    assert "slipway policy activate 4f0c --reason" in result.stdout


def test_a_policy_is_activated_by_its_digest_with_a_reason(rita: Slipway, airflow: FakeAirflow) -> None:
    path = "POST /slipway/api/policy/activations"
    airflow.answers[path] = (403, {"code": "may_not_activate", "message": "Rita is none of those who may"})

    result = rita("policy", "activate", "4f0c", "--reason", "agreed")

    assert [asked.body for asked in airflow.changes()] == [{"digest": "4f0c", "reason": "agreed"}]
    assert (result.exit_code, "none of those who may" in result.stderr) == (1, True)
    assert rita("policy", "activate", "4f0c").exit_code == 2


OF_PHONES = {"revision": "0002", "object": "orders.phone", "detail": "3 rows"}
PROOF = {
    "service": "orders",
    "environment": "prod",
    "detail": "0002: irreversible (proof m1)",
    "proof": "m1",
    "findings": [
        {"code": "still_in_use", "stops": True, "waivable": False, **OF_PHONES},
        {"code": "data_lost", "stops": True, "waivable": True, **OF_PHONES},
        {"code": "lint", "stops": False, "waivable": False, **OF_PHONES},
    ],
    "lost_on_reverse": ["orders.note"],
    "not_covered": ["large objects"],
    "expectations": [],
    "if_undone": "the schema stays",
    "rollback_limit": None,
    "waivers": [],
    "blockers": [],
}


@pytest.mark.parametrize(("blockers", "code"), [([], 0), ([{"message": "old data is gone", "cleared_by": "x"}], 1)])
def test_a_rehearsal_is_told_and_ends_with_1_where_a_release_would_be_stopped(
    rita: Slipway, airflow: FakeAirflow, blockers: list[dict[str, str]], code: int
) -> None:
    airflow.answers["POST /slipway/api/migrations/checks"] = (200, {**PROOF, "blockers": blockers})

    result = rita("migrations", "check", "orders", "--version", "1.4.0", "--against", "prod")

    (asked,) = airflow.changes()
    assert asked.body == {"service": "orders", "version": "1.4.0", "environment": "prod"}
    assert result.exit_code == code
    for words in ("irreversible", "orders.phone", "Lost on the way back: orders.note", "Not covered: large objects"):
        assert words in result.stdout
    assert ("Blocked: old data is gone" in result.stdout) == bool(blockers)
    rows = [words for line in result.stdout.splitlines() if line.endswith("orders.phone") and (words := line.split())]
    assert {words[0]: words[1:3] for words in rows} == {
        "still_in_use": ["yes", "0002"],
        "data_lost": ["unless", "waived"],
        "lint": ["no", "0002"],
    }


def test_a_finding_that_is_waived_is_shown_as_waived(rita: Slipway, airflow: FakeAirflow) -> None:
    waiver = {"by": "mona", "reason": "why", "expires_at": "2026-12-01T17:00:00Z"}
    waivers = [
        {"code": "data_lost", "expired": False, **waiver},
        {"code": "still_in_use", "expired": True, **waiver},
    ]
    airflow.answers["POST /slipway/api/migrations/checks"] = (200, {**PROOF, "waivers": waivers})

    lines = rita("migrations", "check", "orders").stdout.splitlines()

    stops = {words[0]: words[1] for line in lines if line.endswith("  orders.phone") and (words := line.split())}
    assert (stops["data_lost"], stops["still_in_use"]) == ("waived", "yes")


def test_a_waiver_carries_its_terms(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/migrations/m1/waivers"] = (201, {"detail": "waiver 1"})

    terms = ["--reason", "why", "--until", "2026-12-01T17:00", "--backup", "b7", "--restored-at", "2026-11-23T06:10Z"]
    result = rita("migrations", "waive", "m1", "data_lost", *terms, "--runbook", "wiki/restore")

    (asked,) = airflow.changes()
    assert result.exit_code == 0
    assert asked.body == {
        "code": "data_lost",
        "reason": "why",
        "expires_at": "2026-12-01T17:00:00+00:00",
        "backup": "b7",
        "restored_at": "2026-11-23T06:10:00+00:00",
        "runbook": "wiki/restore",
    }
