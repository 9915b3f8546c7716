"""`slipway log …`: what the log says, whole and unbroken, or where it is not."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from slipway.domain.log_entry import GENESIS, LogEntry, entry_hash
from tests.integration.log.conftest import Slipway
from tests.scene import Scene


def tamper(scene: Scene, statement: str) -> None:
    """What somebody with all rights on the database could do."""
    with scene.store.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement))


def the_release(scene: Scene) -> str:
    """The one that the log tells of."""
    with scene.store.transaction() as tx:
        return str(tx.sql.value("SELECT id FROM release"))


def exported(slipway: Slipway, path: Path) -> list[dict[str, object]]:
    assert slipway("log", "export", "--format", "jsonl", "--to", str(path)).exit_code == 0
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_entries_are_found_by_release_kind_service_and_actor(slipway: Slipway, told: Scene) -> None:
    def seqs(*words: str) -> list[int]:
        return [entry["seq"] for entry in json.loads(slipway("log", "list", "--json", *words).stdout)]

    everything = seqs("--limit", "1000")
    assert everything == list(range(1, len(everything) + 1))
    assert seqs("--limit", "2") == everything[-2:]
    assert len(seqs("--kind", "release_requested", "--actor", "rita", "--service", "orders")) == 1
    assert 0 < len(seqs("--release", the_release(told))) <= len(everything)
    assert seqs("--actor", "nobody") == []


@pytest.mark.parametrize(
    ("option", "value", "code", "hint"),
    [
        ("--kind", "grant_gven", 2, "there is no kind grant_gven: did you mean grant_given?"),
        ("--kind", "nonsense-of-mine", 2, "docs/reference/log-kinds.md has them all"),
        ("--release", "r99999", 1, "there is no release r99999: `slipway status --all` lists them"),
        ("--service", "ordres", 1, "there is no service ordres: did you mean orders?"),
    ],
)
def test_a_search_for_what_is_none_says_what_was_meant(
    slipway: Slipway, told: Scene, option: str, value: str, code: int, hint: str
) -> None:
    result = slipway("log", "list", option, value, "--json")

    assert (result.exit_code, result.stdout) == (code, "")
    assert hint in result.stderr


@pytest.mark.parametrize("written", [str.upper, "{}.1".format, lambda release: release[1:]])
def test_a_release_that_is_written_otherwise_is_the_one_that_was_meant(
    slipway: Slipway, told: Scene, written: Callable[[str], str]
) -> None:
    release = the_release(told)

    result = slipway("log", "list", "--release", written(release))

    assert result.exit_code == 1
    assert f"there is no release {written(release)}: did you mean {release}?" in result.stderr


def test_everything_that_a_search_names_wrongly_is_told_at_once(slipway: Slipway, told: Scene) -> None:
    result = slipway("log", "list", "--kind", "grant_gven", "--service", "ordres")

    assert all(word in result.stderr for word in ("grant_given", "orders"))


def test_a_search_for_what_is_known_may_find_nothing(slipway: Slipway, told: Scene) -> None:
    for words in (("--kind", "policy_activation_refused"), ("--release", the_release(told), "--kind", "grant_given")):
        result = slipway("log", "list", *words)
        assert (result.exit_code, result.stdout) == (0, "No entry matches.\n")


def test_the_list_is_a_table_for_people(slipway: Slipway, told: Scene) -> None:
    lines = slipway("log", "list").stdout.splitlines()

    assert lines[0].split()[:3] == ["SEQ", "AT", "KIND"]
    assert any("release_requested" in line and "rita" in line for line in lines)


def test_what_does_not_fit_is_left_out_as_a_whole_and_it_is_said_where_it_is(slipway: Slipway, told: Scene) -> None:
    result = slipway("log", "list", "--kind", "permit_issued", "--limit", "1")
    assert result.stdout.rstrip().endswith("…")
    assert "`slipway log show SEQ`" in result.stderr
    assert "log show" not in slipway("log", "list", "--kind", "turn_taken", "--limit", "1").stderr


def test_an_entry_is_shown_whole(slipway: Slipway, told: Scene) -> None:
    entry = json.loads(slipway("log", "show", "1", "--json").stdout)

    assert (entry["seq"], entry["prev_hash"]) == (1, GENESIS)
    assert entry["hash"] in slipway("log", "show", "1").stdout


def test_an_entry_that_is_not_there_is_said_to_be_not_there(slipway: Slipway, told: Scene) -> None:
    result = slipway("log", "show", "9999")

    assert (result.exit_code, "no entry 9999" in result.stderr) == (1, True)


def test_an_unbroken_log_is_verified_up_to_its_head(slipway: Slipway, told: Scene) -> None:
    head = slipway("log", "head").stdout.strip()

    result = slipway("log", "verify")

    assert result.exit_code == 0
    assert result.stdout.strip().endswith(f"head {head}")


@pytest.mark.parametrize("command", ["verify", "head"])
def test_with_the_embedded_database_the_log_is_said_not_to_be_evidence(
    slipway: Slipway, told: Scene, command: str
) -> None:
    assert "mode=embedded: not evidential" in slipway("log", command).stderr
    assert "docs/how-to/keep-evidence.md" in slipway("log", command).stderr
    told_json = json.loads(slipway("log", command, "--json").stdout)
    assert (told_json["mode"], told_json["evidential"]) == ("embedded", False)


def test_an_export_says_nothing_of_the_database_it_came_from(slipway: Slipway, told: Scene, tmp_path: Path) -> None:
    exported(slipway, tmp_path / "log.jsonl")

    result = slipway("log", "verify", "--from-file", str(tmp_path / "log.jsonl"))

    assert (result.exit_code, result.stderr) == (0, "")


def test_an_empty_log_is_unbroken(slipway: Slipway) -> None:
    assert slipway("log", "verify").exit_code == 0


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE log SET payload = '{}' WHERE seq = 3", 3),
        ("UPDATE log SET actor = 'sam' WHERE seq = 1", 1),
        ("UPDATE log SET service = '' WHERE seq = 2 AND service = 'orders'", 2),
        ("UPDATE log SET at = at + interval '1 microsecond' WHERE seq = 2", 2),
        ("UPDATE log SET hash = repeat('a', 64) WHERE seq = 4", 4),
        ("DELETE FROM log WHERE seq = 1", 1),
        ("DELETE FROM log WHERE seq = 3", 3),
        ("UPDATE log SET seq = -1 WHERE seq = 1", -1),
    ],
)
def test_the_first_broken_entry_is_named(slipway: Slipway, told: Scene, statement: str, seq: int) -> None:
    tamper(told, statement)

    result = slipway("log", "verify")

    assert result.exit_code == 1
    assert f"does not hold at entry {seq}:" in result.stderr


def test_entries_cut_off_at_the_end_are_noticed(slipway: Slipway, told: Scene) -> None:
    tamper(told, "DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)")

    result = slipway("log", "verify", "--json")

    assert result.exit_code == 1
    assert "the last one stored is" in json.loads(result.stdout)["broken"]["what"]


def test_a_log_rewritten_whole_does_not_contain_the_published_head(slipway: Slipway, told: Scene) -> None:
    published = slipway("log", "head").stdout.strip()
    tamper(told, "UPDATE log_head SET seq = 0, hash = repeat('0', 64)")
    tamper(told, "DELETE FROM log")
    told.opened("1.1", by="lena")

    assert slipway("log", "verify").exit_code == 0
    result = slipway("log", "verify", "--published", published)
    assert result.exit_code == 1
    assert "was published with the hash" in result.stderr


def test_a_published_head_stays_in_a_log_that_grows(slipway: Slipway, told: Scene) -> None:
    published = slipway("log", "head").stdout.strip()
    told.opened("1.1", by="lena")

    assert slipway("log", "verify", "--published", published).exit_code == 0
    assert slipway("log", "verify", "--published", "12").exit_code == 1


def test_an_export_is_verified_without_the_database(slipway: Slipway, told: Scene, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    entries = exported(slipway, file)

    result = slipway("log", "verify", "--from-file", str(file), SLIPWAY_DATABASE_URL="postgresql://127.0.0.1:1/none")

    assert result.exit_code == 0
    assert f"{len(entries)} entries" in result.stdout


def test_an_altered_export_is_found_out(slipway: Slipway, told: Scene, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    entries = exported(slipway, file)
    entries[2]["actor"] = "sam"
    file.write_text("\n".join(json.dumps(entry) for entry in entries), encoding="utf-8")

    result = slipway("log", "verify", "--from-file", str(file))

    assert (result.exit_code, "at entry 3:" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("line", "words"),
    [("not json", "not JSON"), ("[1]", "exactly the fields"), ('{"seq": 1}', "exactly the fields")],
)
def test_a_file_that_is_no_export_is_named_with_its_line(
    slipway: Slipway, tmp_path: Path, line: str, words: str
) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text(line, encoding="utf-8")

    result = slipway("log", "verify", "--from-file", str(file))

    assert result.exit_code == 1
    assert f"{file}:1: " in result.stderr
    assert words in result.stderr


def test_an_empty_file_is_no_export(slipway: Slipway, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.touch()

    result = slipway("log", "verify", "--from-file", str(file))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{file}: the file has no entries: that is no export\n"


@pytest.mark.parametrize(("name", "why"), [("nowhere/log.jsonl", "No such file or directory"), ("", "Is a directory")])
def test_an_export_that_cannot_be_written_is_said_in_a_line(
    slipway: Slipway, told: Scene, tmp_path: Path, name: str, why: str
) -> None:
    result = slipway("log", "export", "--format", "jsonl", "--to", str(tmp_path / name))

    assert (result.exit_code, result.stderr) == (1, f"cannot write {tmp_path / name}: {why}\n")


def test_a_folder_is_no_export(slipway: Slipway, tmp_path: Path) -> None:
    result = slipway("log", "verify", "--from-file", str(tmp_path))

    assert (result.exit_code, result.stderr) == (1, f"cannot read {tmp_path}: Is a directory\n")


def test_a_csv_carries_everything_too(slipway: Slipway, told: Scene) -> None:
    rows = list(csv.DictReader(slipway("log", "export", "--format", "csv").stdout.splitlines(keepends=True)))

    assert [int(row["seq"]) for row in rows] == list(range(1, len(rows) + 1))
    read: list[LogEntry] = []
    for row in rows:
        optional = {name: row[name] or None for name in ("release_id", "attempt", "service", "environment")}
        read.append(LogEntry(**{**row, **optional, "seq": int(row["seq"])}))
    assert [entry_hash(entry) for entry in read] == [row["hash"] for row in rows]


def test_a_database_without_tables_says_what_to_do(slipway: Slipway, database_url: str) -> None:
    result = slipway("log", "head", SLIPWAY_DATABASE_URL=database_url)

    assert (result.exit_code, "slipway db upgrade" in result.stderr) == (1, True)
    assert slipway("db", "upgrade", SLIPWAY_DATABASE_URL=database_url).exit_code == 0
    assert slipway("log", "head", SLIPWAY_DATABASE_URL=database_url).stdout == f"0:{GENESIS}\n"


def test_a_database_that_is_gone_is_said_to_be_gone(slipway: Slipway) -> None:
    for words in (("log", "head"), ("db", "upgrade")):
        result = slipway(*words, SLIPWAY_DATABASE_URL="postgresql+psycopg2://127.0.0.1:1/none")

        assert (result.exit_code, "does not answer" in result.stderr) == (1, True)
