"""Changes made outside and service tokens, on the command line: REST calls of the signed-in person."""

import pytest

from slipway.domain.service_token import hash_of
from tests.fakes.airflow_server import FakeAirflow
from tests.unit.cli.test_changing_commands import Slipway, airflow, config, nobody, rita

__all__ = ["airflow", "config", "nobody", "rita"]

TRIGGER = "POST /api/v2/dags/record_change/dagRuns"
NEEDED = {
    "--sort": "third_party",
    "--what": "the letter",
    "--where": "the vendor's console",
    "--rollback-plan": "the old letter",
    "--by-hand-because": "no interface",
    "--by-hand-until": "2030-01-31",
}


def words(options: dict[str, str]) -> list[str]:
    return [word for option in options.items() for word in option]


def test_recording_a_change_starts_the_one_dag_for_changes(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})

    result = rita("change", "record", "notify", *words(NEEDED), "--tested", "in the trial account")

    (asked,) = airflow.changes()
    assert (result.exit_code, asked.person) == (0, "rita")
    assert asked.body["conf"] == {
        "service": "notify",
        "sort": "third_party",
        "what": "the letter",
        "where": "the vendor's console",
        "rollback_plan": "the old letter",
        "by_hand_because": "no interface",
        "by_hand_until": "2030-01-31",
        "tested": "in the trial account",
        "change_kind": "standard",
    }
    assert asked.body["dag_run_id"].startswith("notify-third_party-")


def test_what_every_change_needs_is_asked_for_at_once(rita: Slipway, airflow: FakeAirflow) -> None:
    result = rita("change", "record", "notify")

    assert (result.exit_code, airflow.changes()) == (2, [])
    assert [option for option in NEEDED if f"Missing option '{option}': " not in result.stderr] == []
    assert "Missing option '--tested' or '--untested-because': one of the two" in result.stderr
    assert "third_party, content, infrastructure, data, configuration" in result.stderr


def test_how_it_was_tested_or_why_not_is_asked_for_before_anything_is_sent(rita: Slipway, airflow: FakeAirflow) -> None:
    result = rita("change", "record", "notify", *words(NEEDED))

    assert (result.exit_code, airflow.changes()) == (2, [])
    assert "Missing option '--tested' or '--untested-because'" in result.stderr


@pytest.mark.parametrize("missing", NEEDED)
def test_each_of_them_is_needed(rita: Slipway, airflow: FakeAirflow, missing: str) -> None:
    left = {option: value for option, value in NEEDED.items() if option != missing}

    result = rita("change", "record", "notify", *words(left))

    assert (result.exit_code, airflow.changes()) == (2, [])
    assert f"Missing option '{missing}'" in result.stderr


def test_dates_that_are_none_say_how_to_write_them(rita: Slipway, airflow: FakeAirflow) -> None:
    wrong = {**NEEDED, "--by-hand-until": "next week", "--not-before": "tomorrow"}

    result = rita("change", "record", "notify", *words(wrong))

    assert (result.exit_code, airflow.changes()) == (2, [])
    assert "'--by-hand-until': 'next week' is no day: write it like 2030-01-31" in result.stderr
    assert "'--not-before': 'tomorrow' is no time: write it like 2030-01-31T09:30+00:00" in result.stderr


def test_a_time_without_a_zone_is_utc_and_is_sent_with_it(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers[TRIGGER] = (200, {"dag_run_id": "x"})

    rita("change", "record", "notify", *words(NEEDED), "--tested", "yes", "--not-before", "2030-01-30T09:30")

    (asked,) = airflow.changes()
    assert asked.body["conf"]["not_before"] == "2030-01-30T09:30:00+00:00"


def test_a_security_change_is_not_offered_and_it_is_said_where_to_go(rita: Slipway, airflow: FakeAirflow) -> None:
    result = rita("change", "record", "notify", *words(NEEDED), "--kind", "security")

    assert (result.exit_code, airflow.changes()) == (2, [])
    assert "slipway release … --kind security" in result.stderr
    assert "standard|emergency " in rita("change", "record", "--help").stdout
    assert "none of standard, emergency" in rita("change", "record", "notify", "--kind", "x").stderr


def test_beginning_and_confirming_go_to_the_change(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/changes/r7/*"] = (200, {"detail": "go ahead"})

    assert "go ahead" in rita("change", "act", "r7").stdout
    rita("change", "confirm", "r7", "--seen", "a letter came")
    rita("change", "confirm", "r7", "--seen", "it said no", "--result", "undone")

    assert [(one.path.rpartition("/")[2], one.body) for one in airflow.changes()] == [
        ("act", {}),
        ("confirm", {"result": "done", "seen": "a letter came"}),
        ("confirm", {"result": "undone", "seen": "it said no"}),
    ]


@pytest.mark.parametrize(("command", "more"), [("issue", []), ("rotate", ["--replaces", "3"])])
def test_the_secret_of_a_token_stays_here_and_only_its_hash_is_sent(
    rita: Slipway, airflow: FakeAirflow, command: str, more: list[str]
) -> None:
    airflow.answers["POST /slipway/api/tokens"] = (202, {"detail": "pending 5: nothing was done yet"})

    result = rita("token", command, "leaflets", "--reason", "its pipeline", *more)

    secret = result.stdout.split()[-1]
    (asked,) = airflow.changes()
    assert secret.startswith("slp_")
    assert asked.body["hash"] == hash_of(secret)
    assert secret not in str(asked.body)
    assert asked.body.get("replaces") == (3 if more else None)


def test_a_refused_token_shows_no_secret(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/tokens"] = (403, {"code": "may_not_issue_token", "message": "you may not"})

    result = rita("token", "issue", "leaflets", "--reason", "x")

    assert (result.exit_code, "slp_" in result.output) == (1, False)


def test_a_token_is_ended_with_a_reason(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/tokens/3/revoke"] = (200, {"detail": "token 3 counts no more"})

    assert rita("token", "revoke", "3").exit_code == 2
    assert "counts no more" in rita("token", "revoke", "3", "--reason", "it leaked").stdout


def test_what_a_rescue_holds_back_is_asked_for_again_and_said_once(
    rita: Slipway, airflow: FakeAirflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "POST /slipway/api/changes/r7/act"
    airflow.answers[path] = (409, {"code": "held_back", "message": "held back: orders is being brought back"})
    slept: list[float] = []

    def it_ends(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            airflow.answers[path] = (200, {"detail": "go ahead"})

    monkeypatch.setattr("slipway.cli.change_commands.time.sleep", it_ends)
    result = rita("change", "act", "r7")

    assert (result.exit_code, len(slept)) == (0, 3)
    assert result.stdout.splitlines() == ["Waiting: held back: orders is being brought back", "go ahead"]
    assert len(airflow.changes()) == 4


def test_another_conflict_is_none_to_wait_for(rita: Slipway, airflow: FakeAirflow) -> None:
    airflow.answers["POST /slipway/api/changes/r7/act"] = (409, {"code": "done", "message": "by rob"})
    assert rita("change", "act", "r7").exit_code == 1
    assert len(airflow.changes()) == 1
