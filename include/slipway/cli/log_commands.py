"""`slipway log …`: search, show, export and verify the release log."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say, text
from slipway.cli.usage import wrong_usage

if TYPE_CHECKING:
    from slipway.adapters.database.mode import Mode

app = command_group("Search, export and verify the release log.")

WIDEST_PAYLOAD = 100


class Format(StrEnum):
    """Formats of an export; jsonl can be verified without the database."""

    JSONL = "jsonl"
    CSV = "csv"


@app.command("list")
def list_entries(
    ctx: typer.Context,
    release: Annotated[str | None, typer.Option(help="Of this release, e.g. r12.")] = None,
    kind: Annotated[str | None, typer.Option(help="Of this kind, e.g. grant_given.")] = None,
    service: Annotated[str | None, typer.Option(help="About this service.")] = None,
    actor: Annotated[str | None, typer.Option(help="By this person or account.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="NUMBER", help="How many, counted from the newest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest entries that match, oldest of them first."""
    from slipway.adapters.database.log_reader import LogReader
    from slipway.cli.database import open_store
    from slipway.cli.in_short import MORE, in_short
    from slipway.cli.log_filters import unknown, unknown_kind
    from slipway.domain.errors import NotFoundError

    with open_store().transaction() as tx:
        found = LogReader(tx.sql).newest(release=release, kind=kind, service=service, actor=actor, limit=limit)
        kinds = () if found else tuple(unknown_kind(tx, kind))
        missing = () if found else tuple(unknown(tx, release=release, service=service))
    if kinds:
        wrong_usage(ctx, [*kinds, *missing])
    if missing:
        raise NotFoundError("; ".join(missing))
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [
        (
            e.seq,
            f"{e.at[:19]}Z",
            e.kind,
            e.attempt or e.release_id,
            e.service,
            e.environment,
            e.actor,
            in_short(e.payload, WIDEST_PAYLOAD),
        )
        for e in found
    ]
    heads = ("seq", "at", "kind", "release", "service", "environment", "actor", "what")
    print_table(heads, rows, "No entry matches.")
    if any(row[-1].endswith(MORE) for row in rows):
        say(f"{MORE} `slipway log show SEQ` shows an entry whole; --json all of them.", err=True)


@app.command()
def show(
    seq: Annotated[int, typer.Argument(metavar="SEQ", help="Number of the entry.")], as_json: AsJson = False
) -> None:
    """Show one entry whole."""
    from slipway.adapters.database.log_reader import LogReader
    from slipway.cli.database import open_store
    from slipway.domain.errors import NotFoundError

    with open_store().transaction() as tx:
        entry = LogReader(tx.sql).entry(seq)
    if entry is None:
        raise NotFoundError(f"the log has no entry {seq}; `slipway log head` names the last one")
    if as_json:
        print_json(entry.as_json())
        return
    for name, value in vars(entry).items():
        if name != "payload":
            say(f"{name + ':':<13}{text(value)}")
    say(f"payload:\n{json.dumps(json.loads(entry.payload), indent=2, ensure_ascii=False)}")


@app.command()
def export(
    format_: Annotated[Format, typer.Option("--format", help="jsonl can be verified without the database.")],
    to: Annotated[Path | None, typer.Option("--to", help="A file; standard output if left out.")] = None,
) -> None:
    """Write every entry with all that was hashed."""
    from slipway.adapters.database.log_reader import LogReader
    from slipway.cli.database import open_store
    from slipway.cli.log_files import opened_to_write, write_csv, write_jsonl

    write = write_jsonl if format_ is Format.JSONL else write_csv
    with open_store().transaction() as tx:
        reader = LogReader(tx.sql)
        reader.freeze()
        if to is None:
            write(reader.all(), sys.stdout)
            return
        with opened_to_write(to) as file:
            count = write(reader.all(), file)
    say(f"wrote {count} entries to {to}", err=True)


@app.command()
def verify(
    from_file: Annotated[Path | None, typer.Option(help="An export as jsonl, instead of the database.")] = None,
    published: Annotated[
        str | None,
        typer.Option(metavar="SEQ:HASH", help="A head published earlier, which the log must still contain."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk the whole chain; exit 1 and name the first entry that is missing, altered or unchained."""
    from slipway.cli.log_verification import verify_database, verify_file
    from slipway.domain.errors import SlipwayError

    result = verify_file(from_file, published) if from_file else verify_database(published)
    mode = None if from_file else _mode()
    if as_json:
        broken = {"seq": result.broken.seq, "what": result.broken.what} if result.broken else None
        head = {"seq": result.head_seq, "hash": result.head_hash}
        print_json({"ok": broken is None, "entries": result.entries, "head": head, "broken": broken, **_as_json(mode)})
    else:
        if result.broken is None:
            say(f"{result.entries} entries, unbroken; head {result.head_seq}:{result.head_hash}")
        _say(mode)
    if result.broken is not None:
        raise SlipwayError(f"the log does not hold at entry {result.broken.seq}: {result.broken.what}")


@app.command()
def head(as_json: AsJson = False) -> None:
    """Print number and hash of the last entry: keep it elsewhere, and nobody can rewrite the log quietly."""
    from slipway.adapters.database.log_reader import LogReader
    from slipway.cli.database import open_store

    with open_store().transaction() as tx:
        seq, hash_ = LogReader(tx.sql).head()
    if as_json:
        print_json({"seq": seq, "hash": hash_, **_as_json(_mode())})
    else:
        say(f"{seq}:{hash_}")
        _say(_mode())


def _mode() -> "Mode":
    from slipway.adapters.database.mode import mode_of
    from slipway.cli.database import open_store

    with open_store().transaction() as tx:
        return mode_of(tx.sql)


def _as_json(mode: "Mode | None") -> dict[str, object]:
    return {} if mode is None else {"mode": mode.value, "evidential": mode.evidential}


def _say(mode: "Mode | None") -> None:
    """Beside the answer, which programs read: on standard error."""
    if mode is not None:
        say(mode.said, err=True)
