"""Findings of a rehearsal for people: a table of where they are, then what is wrong and what clears it, each once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from slipway.cli.output import print_table, say, say_wrapped
from slipway.domain.finding_advice import what_to_do
from slipway.domain.finding_policy import POLICY
from slipway.domain.migration_proof import AFTER_OLD_WRITES, Cause, Finding, FindingCode

Json = Mapping[str, Any]


def print_findings(found: Json) -> None:
    """The table, and a paragraph for each kind of finding."""
    waived, cleared_by = _waived(found), {one.get("code"): one["cleared_by"] for one in found["blockers"]}
    rows = [(one["code"], _stops(one, waived), one["revision"], one["object"]) for one in found["findings"]]
    print_table(("finding", "stops it", "revision", "object"), list(dict.fromkeys(rows)), "Nothing was found.")
    codes = list(dict.fromkeys(one["code"] for one in found["findings"]))
    for code, of_code in groupby(sorted(found["findings"], key=lambda one: codes.index(one["code"])), _code):
        _print_kind(code, list(of_code), cleared_by.get(f"migration_{code}"))
    told = {f"migration_{code}" for code in codes}
    for one in found["blockers"]:
        if one.get("code") not in told:
            say()
            say_wrapped(f"Blocked: {one['message']} Cleared by {one['cleared_by']}")


def _print_kind(code: str, findings: Sequence[Json], cleared_by: str | None) -> None:
    kind = FindingCode(code)
    causes = [Cause(one["cause"]) if one.get("cause") else None for one in findings]
    advice = what_to_do([Finding(code=kind, object="", detail="", cause=cause) for cause in causes])
    say()
    say_wrapped(f"{code}: {POLICY[kind].means}")
    for line in seen_once(findings):
        say_wrapped(line, "  ")
    say_wrapped(f"What to do: {advice}", "  ")
    if cleared_by:
        say_wrapped(f"Cleared by {cleared_by}", "  ")


def seen_once(findings: Sequence[Json]) -> Iterator[str]:
    """Object and detail; what was seen again after the old version had written is no second line."""
    first = {_which(one) for one in findings if not _is_later(one)}
    later = {_which(one): _bare(one) for one in findings if _is_later(one)}
    for one in findings:
        if not _is_later(one):
            yield f"{one['object']}: {one['detail']}{_also(_bare(one), later.get(_which(one)))}"
        elif _which(one) not in first:
            yield f"{one['object']}: {one['detail']}"


def _also(now: str, later: str | None) -> str:
    if later is None:
        return ""
    otherwise = "" if later == now else f": {later.partition(':')[2].strip()}"
    return f" (also after the old version has written{otherwise})"


def _is_later(one: Json) -> bool:
    return str(one["detail"]).startswith(AFTER_OLD_WRITES)


def _bare(one: Json) -> str:
    return str(one["detail"]).removeprefix(AFTER_OLD_WRITES)


def _which(one: Json) -> tuple[str, str]:
    """However many rows it was."""
    return one["object"], _bare(one).partition(":")[0]


def _code(one: Json) -> str:
    return str(one["code"])


def _stops(finding: Json, waived: Collection[str]) -> str:
    if not finding["stops"]:
        return "no"
    if finding["code"] in waived:
        return "waived"
    return "unless waived" if finding["waivable"] else "yes"


def _waived(found: Json) -> Collection[str]:
    """Findings of which a waiver counts now."""
    blocking = {one.get("code") for one in found["blockers"]}
    codes = {one["code"] for one in found["waivers"] if not one["expired"]}
    return {code for code in codes if f"migration_{code}" not in blocking}
