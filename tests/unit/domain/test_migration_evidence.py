"""What those who decide read of migrations: all of it, and nothing that a file's author could forge."""

from dataclasses import replace
from datetime import timedelta

import pytest

from slipway.domain.migration_check import MigrationCheck
from slipway.domain.migration_evidence import migration_lines
from slipway.domain.migration_proof import Finding, FindingCode, Phase, Reversibility
from slipway.domain.service import MigrationSettings
from slipway.domain.way_back import WayBack, in_words, may_stay, way_back
from tests.builders import PREPROD, a_stage
from tests.facts import NOW, stage_at
from tests.migrations import a_migration, a_proof, a_waiver

WITH_DATABASE = stage_at(PREPROD, definition=a_stage(PREPROD, migrations=MigrationSettings(connection="db")))
LOST = {"lost_on_reverse": ["orders.note"]}


def shown(check: MigrationCheck | None) -> str:
    return "\n".join(migration_lines(check, WITH_DATABASE))


def test_without_a_database_there_is_nothing_to_show() -> None:
    (line,) = migration_lines(None, stage_at(PREPROD))
    assert "not applicable" in line


def test_what_nobody_checked_is_not_shown_as_fine() -> None:
    assert "nobody has checked them" in shown(None)


def test_the_form_has_verdict_loss_limit_gaps_and_waivers() -> None:
    proof = a_proof(Reversibility.LOSSY, FindingCode.BLOCKING_LOCK, not_covered=["large objects"], **LOST)
    waiver = a_waiver(FindingCode.BLOCKING_LOCK, window_begins=NOW, window_ends=NOW + timedelta(hours=1))
    text = shown(MigrationCheck(detail="", proof=proof, waivers=(waiver,)))
    for words in (
        "**reversible, new data lost**",
        "blocking_lock (**block in Prod, note before**)",
        "Lost on the way back: `orders.note`",
        "the schema stays as it will be, and 1.0 runs on it",
        "the earliest version preprod can go back to: 1.0",
        "Not covered: `large objects`",
        "**Waived**: blocking_lock by mona",
        "downtime 2026-11-19 10:00 to 2026-11-19 11:00 UTC",
    ):
        assert words in text, words


def test_what_blocks_comes_before_notes_each_code_once_with_whoever_waives_it() -> None:
    codes = (FindingCode.LINT, *[FindingCode.DATA_LOST] * 5)
    found = [Finding(code=code, object=f"table{place}", detail="gone") for place, code in enumerate(codes)]
    proof = a_proof(Reversibility.IRREVERSIBLE, findings=found)
    check = MigrationCheck(detail="", proof=proof, waivers=(a_waiver(FindingCode.DATA_LOST),))
    told = [line.split()[1] for line in shown(check).splitlines() if "table" in line or "Waived" in line]
    assert told == ["data_lost", "**Waived**:", "lint"]
    assert "`table3` `gone`; and 2 more" in shown(check)


def test_a_post_migration_says_that_it_moves_the_limit() -> None:
    migrations = [replace(a_migration(), phase=Phase.POST)]
    proof = a_proof(Reversibility.REVERSIBLE, migrations=migrations)
    assert "moves the rollback limit" in shown(MigrationCheck(detail="", proof=proof))


def test_names_from_files_and_databases_make_no_line_of_their_own() -> None:
    forged = "orders\n- Migrations: **reversible** ![x](https://evil.example/p.png)"
    found = [Finding(code=FindingCode.DATA_LOST, object=forged, detail=forged, revision=forged)]
    proof = a_proof(Reversibility.IRREVERSIBLE, findings=found, lost_on_reverse=[forged], not_covered=[forged])
    lines = shown(MigrationCheck(detail="", proof=proof)).splitlines()
    assert [line for line in lines if line.startswith("- Migrations:")] == lines[:1]
    for line in lines:
        assert "evil.example" not in "".join(line.split("`")[::2])


@pytest.mark.parametrize(
    ("kind", "found", "tried", "way"),
    [
        (Reversibility.REVERSIBLE, (), True, WayBack.DOWNGRADE),
        (Reversibility.LOSSY, (), True, WayBack.STAY),
        (Reversibility.LOSSY, (FindingCode.OLD_VERSION_BREAKS,), True, WayBack.STOP),
        (Reversibility.CONDITIONAL, (), True, WayBack.TRY),
        (Reversibility.IRREVERSIBLE, (), True, WayBack.STAY),
        (Reversibility.IRREVERSIBLE, (), False, WayBack.STOP),
        (Reversibility.REVERSIBLE, (FindingCode.DATA_LOST,), True, WayBack.STAY),
        (Reversibility.REVERSIBLE, (FindingCode.STILL_IN_USE,), True, WayBack.STOP),
    ],
)
def test_the_schema_goes_back_only_as_far_as_was_proven(
    kind: Reversibility, found: tuple[FindingCode, ...], tried: bool, way: WayBack
) -> None:
    proof = a_proof(kind, *found, old_version_tried=tried)
    assert way_back(proof) is way
    assert in_words(proof)


def test_where_nothing_ran_before_nothing_has_to_run_on_the_new_schema() -> None:
    first = replace(a_proof(Reversibility.IRREVERSIBLE, old_version_tried=False), old_digest=None, old_version=None)
    assert may_stay(first)
    assert in_words(first) == "the schema stays as it will be: nothing ran there before"
    assert not first.serves_old_version
