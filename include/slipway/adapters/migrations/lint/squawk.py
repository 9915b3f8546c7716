"""squawk, a linter for PostgreSQL's DDL, on the statements that a migration really sent to the scratch copy.

Rendering migrations offline (`alembic --sql`) fails for every migration that asks the database something, so we feed
it what was heard while the migration ran. It reads statements, not data: it cannot know how big a table is, sees one
migration at a time, and nothing of the way back.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from slipway.adapters.migrations.in_child.statements import statements
from slipway.adapters.migrations.rehearsal.words import shortened
from slipway.domain.migration_proof import Finding, FindingCode
from slipway.ports.outside.migrations import MigrationStep
from slipway.ports.rehearsal import StatementLint

EXCLUDED: Mapping[str, str] = {
    "require-lock-timeout": "the runner sets it",
    "require-statement-timeout": "the runner sets it",
    "require-timeout-settings": "the runner sets both",
    "prefer-text-field": "a matter of taste",
    "prefer-bigint-over-int": "a matter of taste",
    "prefer-bigint-over-smallint": "a matter of taste",
    "prefer-identity": "a matter of taste",
    "prefer-timestamp-tz": "a matter of taste",
    "prefer-robust-stmts": "each migration has its transaction",
    "ban-drop-column": "our rule `contracts_too_early` knows pre and post",
    "ban-drop-table": "our rule `contracts_too_early` knows pre and post",
    "renaming-column": "our rule `contracts_too_early` knows pre and post",
    "renaming-table": "our rule `contracts_too_early` knows pre and post",
    "require-concurrent-index-creation": "our rule `index_blocks_writes` leaves out tables made in the same migration",
}
"""Rules of squawk that are off, and why."""
_SECONDS = 30
_SHOWN = 100
_DDL = re.compile(r"(CREATE|ALTER|DROP|COMMENT|REINDEX|CLUSTER|TRUNCATE|VACUUM)\b", re.IGNORECASE)
_TOOLS_OWN = re.compile(r"\b(alembic_version|slipway_migrations|slipway_migration_begun)\b")


def squawk_path() -> Path | None:
    """The program beside our Python, or on PATH."""
    beside = Path(sys.executable).with_name("squawk")
    found = str(beside) if beside.exists() else shutil.which("squawk")
    return Path(found) if found else None


def installed_squawk() -> StatementLint | None:
    """None where the program is not there; the proof then says so."""
    program = squawk_path()
    return None if program is None else partial(squawk, program=program)


def squawk(steps: Sequence[MigrationStep], server: str, *, program: Path) -> tuple[Finding, ...]:
    """What it says of each step's DDL. `server` is PostgreSQL's version, `15.2` for example."""
    return tuple(found for step in steps for found in _of_step(step, program, server))


def _of_step(step: MigrationStep, program: Path, server: str) -> Sequence[Finding]:
    heard = (piece for one in step.statements for piece in statements(one, "postgresql"))
    ddl = [one.rstrip().rstrip(";") for one in heard if _DDL.match(one) and not _TOOLS_OWN.search(one)]
    if not ddl:
        return ()
    argv = [str(program), "--reporter", "json", "--stdin-filepath", step.revision]
    argv += [part for rule in EXCLUDED for part in ("--exclude", rule)]
    if version := re.match(r"\d+(\.\d+)?", server):
        argv += ["--pg-version", version[0] if "." in version[0] else f"{version[0]}.0"]
    done = subprocess.run(
        argv, input=";\n".join(ddl) + ";\n", capture_output=True, text=True, check=False, timeout=_SECONDS, env={}
    )
    try:
        said: Sequence[Mapping[str, Any]] = json.loads(done.stdout)
    except ValueError:
        words = f"squawk gave no answer: {done.stderr.strip()[:300]}"
        return [Finding(code=FindingCode.CHECK_ERRORED, object="squawk", detail=words, revision=step.revision)]
    return [_finding(step, one, ddl) for one in said]


def _finding(step: MigrationStep, one: Mapping[str, Any], ddl: Sequence[str]) -> Finding:
    line = int(one["line"])
    words = " ".join(f"{one['message']} {one.get('help') or ''}".split())
    statement = "\n".join(f"{each};" for each in ddl).splitlines()[line : line + 1]
    unread = one["rule_name"] == "syntax-error"
    return Finding(
        code=FindingCode.CHECK_ERRORED if unread else FindingCode.LINT,
        object="squawk" if unread else (shortened(statement[0], _SHOWN) if statement else step.revision),
        detail=f"squawk {one['rule_name']}: {words}",
        revision=step.revision,
    )
