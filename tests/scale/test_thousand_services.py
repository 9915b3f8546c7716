"""Slice B: a thousand services, and files that are edited, broken and deleted while their releases are under way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.bench.bench_platform import ANSWERS, PATIENCE, RELEASER, Row, Stand, answer, asked, form_of, running
from tests.scale.many_services import VERSIONS, write_service

pytestmark = pytest.mark.e2e
SERVICES = 1_000
STEADY, BRITTLE = "steady", "brittle"
FIRST, SECOND = VERSIONS


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with running(tmp_path_factory.mktemp("scale"), [STEADY, BRITTLE], SERVICES) as made:
        yield made


@pytest.fixture(scope="module")
def ended(stand: Stand) -> dict[str, list[Row]]:
    """Both stories, side by side: what the attempts of each service came to."""
    with ThreadPoolExecutor(2) as pool:
        for told in [pool.submit(release_while_its_file_changes, stand), pool.submit(roll_back_without_a_file, stand)]:
            told.result()
    attempts = "SELECT version, outcome FROM attempt WHERE dag_id = :d ORDER BY opened_at"
    return {name: stand.rows(attempts, d=f"release__{name}") for name in (STEADY, BRITTLE)}


def release_while_its_file_changes(stand: Stand) -> None:
    """Edited before Preprod, broken before Prod, deleted before the last word."""
    dag_id, run_id, file = f"release__{STEADY}", "changed", file_of(stand, STEADY)
    stand.client(RELEASER).trigger(dag_id, run_id, form_of(STEADY))
    asked(stand, dag_id, run_id, "preprod.approve")
    write_service(stand.platform.catalogue, elsewhere(stand.noted.service(STEADY)))
    answer(stand, dag_id, run_id, "preprod.approve")
    asked(stand, dag_id, run_id, "prod.authorise")
    file.write_text("name: [this is no YAML", encoding="utf-8")
    answer(stand, dag_id, run_id, "prod.authorise")
    answer(stand, dag_id, run_id, "prod.sign_off")
    asked(stand, dag_id, run_id, "prod.confirm")
    file.unlink()
    answer(stand, dag_id, run_id, "prod.confirm")
    stand.client(RELEASER).wait_for_end(dag_id, run_id, PATIENCE)


def roll_back_without_a_file(stand: Stand) -> None:
    """One version reaches Preprod; the next fails its checks there, when the service's file is gone."""
    dag_id, reader = f"release__{BRITTLE}", stand.client(RELEASER)
    reader.trigger(dag_id, "good", form_of(BRITTLE, FIRST, "preprod"))
    answer(stand, dag_id, "good", "preprod.approve")
    reader.wait_for_end(dag_id, "good", PATIENCE)
    reader.trigger(dag_id, "bad", form_of(BRITTLE, SECOND, "preprod"))
    asked(stand, dag_id, "bad", "preprod.approve")
    file_of(stand, BRITTLE).unlink()
    stand.noted.failing.add((BRITTLE, "preprod"))
    answer(stand, dag_id, "bad", "preprod.approve")
    reader.wait_for_end(dag_id, "bad", PATIENCE)


def test_a_release_goes_live_though_its_file_was_edited_broken_and_deleted(
    stand: Stand, ended: dict[str, list[Row]]
) -> None:
    assert ended[STEADY] == [{"version": FIRST, "outcome": "live"}]
    assert stand.noted.runs(STEADY, "prod") == digest_of(stand, STEADY, FIRST)
    assert stand.noted.runs(STEADY, "elsewhere") is None


def test_a_failed_stage_is_undone_though_its_file_is_gone(stand: Stand, ended: dict[str, list[Row]]) -> None:
    assert ended[BRITTLE] == [{"version": FIRST, "outcome": "proven"}, {"version": SECOND, "outcome": "failed"}]
    assert stand.noted.runs(BRITTLE, "preprod") == digest_of(stand, BRITTLE, FIRST)


def test_every_question_was_answered_by_a_grant(stand: Stand, ended: dict[str, list[Row]]) -> None:
    granted = stand.rows("SELECT step FROM \"grant\" WHERE attempt_id LIKE 'r%' AND decision = 'Approve'")
    assert len(granted) == len(ANSWERS) + len(ended[BRITTLE])


def test_all_services_have_their_dags(stand: Stand, ended: dict[str, list[Row]]) -> None:
    idle = stand.client(RELEASER).get("/api/v2/dags", dag_id_pattern="release__idle", limit=1)
    assert idle["total_entries"] == SERVICES - len(ended)


def elsewhere(entry: Row) -> Row:
    """The same service, whose deploys now go somewhere else, where nothing would find them."""
    stages = {
        role: {**stage, "target": {**stage["target"], "options": moved(stage["target"]["options"])}}
        for role, stage in entry["stages"].items()
    }
    return {**entry, "description": "Was edited.", "stages": stages}


def moved(options: Row) -> Row:
    """Writes to a place that no service reads."""
    return {
        name: [word.replace("{environment}", "elsewhere") for word in words] if isinstance(words, list) else words
        for name, words in options.items()
    }


def file_of(stand: Stand, service: str) -> Path:
    return stand.platform.catalogue / "services" / f"{service}.yaml"


def digest_of(stand: Stand, service: str, version: str) -> str:
    """By the log."""
    attempts = "SELECT digest FROM attempt WHERE dag_id = :d AND version = :v"
    return str(stand.rows(attempts, d=f"release__{service}", v=version)[0]["digest"])
