"""Keeps the texts of security releases out of Airflow: a form that tells too much is refused before it is kept."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Protocol

from slipway.domain.disclosure import (
    NOT_BY_HAND,
    how_to_answer_with_less,
    how_to_say_less,
    is_of_a_run,
    tells_too_much,
)
from slipway.domain.release import ChangeKind
from slipway.use_cases.change_stages import CHANGE_DAG

WORDS = ("ticket", "fixes", "for_team", "attended_by", "support", "proof_in", "contains", "despite_bad")
"""Fields of the form that name something, in one word."""
FIELDS = frozenset(
    {"version", "summary", "rollback_plan", "change_kind", "to", "problematic", "needs", "release_id", "resume_of"}
).union(WORDS)
"""All that the form has: a security release says nothing beside it."""
_TRIGGER = re.compile(r"/api/v2/dags/([^/]+)/dagRuns/?")
_ANSWER = re.compile(r"/api/v2/dags/([^/]+)/dagRuns/([^/]+)/taskInstances/.+/hitlDetails/?")
_ASKED = re.compile(r"/slipway/api/releases(?:/([^/]+)/retry)?/?")
"""The console's own way to a run, which it starts by a request of the same person."""
_AS_FILED = {"summary": "SEC-1", "rollback_plan": "SEC-1"}
"""Stands for the texts of a further attempt: they are its release's, and nothing of it is said here."""
_ANSWERED = ("comment", "looked_by", "looked_at")
_TIMES = ("logical_date", "run_after", "data_interval_start", "data_interval_end")
_BODY = frozenset({"conf", "dag_run_id", "note", *_TIMES})
_TIME = re.compile(r"[0-9TZ:.+-]{0,40}")
_OURS = re.compile(r"(r[0-9]{1,18}(\.[0-9]{1,9})?)?")
"""Of a release or an attempt."""
_NO_SUCH_RELEASE = "There is no such release to go on with: `slipway status` lists those that await a retry."


class Kinds(Protocol):
    """Who knows what kind of change a release is."""

    def of_release(self, release_id: str) -> ChangeKind | None:
        """None where there is no such release."""

    def of_run(self, dag_id: str, run_id: str) -> ChangeKind | None:
        """None where the run carries out no release."""


def why_not_kept(method: str, path: str, body: bytes, kinds: Kinds) -> str | None:
    """Why Airflow may not have this request; None for all but a security release that says what it is about.

    A further attempt is of its release's kind, whatever its form says. Raises DatabaseUnavailableError."""
    judge = _judge(method, path)
    if judge is None:
        return None
    try:
        document = json.loads(body) if body else {}
    except RecursionError:
        return "The request is nested too deep to be looked at."
    except ValueError:
        return None
    return judge(document, kinds) if isinstance(document, dict) else None


def _judge(method: str, path: str) -> Callable[[Mapping[str, Any], Kinds], str | None] | None:
    """What judges such a request, by what its path names."""
    for of_method, pattern, judge in _JUDGED:
        found = pattern.fullmatch(path) if method == of_method else None
        if found is not None:
            return partial(judge, *found.groups())
    return None


def _why_not_answered(dag_id: str, run_id: str, document: Mapping[str, Any], kinds: Kinds) -> str | None:
    given = document.get("params_input")
    if not isinstance(given, Mapping) or kinds.of_run(dag_id, run_id) is not ChangeKind.SECURITY:
        return None
    if not given.keys() <= set(_ANSWERED):
        return f"An answer has no fields but these: {', '.join(_ANSWERED)}."
    return how_to_answer_with_less(*(_text(given, name) for name in _ANSWERED))


def _why_not_started(dag_id: str, document: Mapping[str, Any], kinds: Kinds) -> str | None:
    conf = document.get("conf")
    if not isinstance(conf, Mapping):
        return None
    kind = _kind(conf, kinds)
    if kind is None:
        return _NO_SUCH_RELEASE
    if kind is not ChangeKind.SECURITY:
        return None
    if dag_id == CHANGE_DAG:
        return NOT_BY_HAND
    usual = (dag_id.removeprefix("release__"), _text(conf, "version"))
    fields = [*_told_in_form(conf), *_told_beside_it(document, usual)]
    return how_to_say_less(fields) if fields else None


def _why_not_asked(release_id: str | None, document: Mapping[str, Any], kinds: Kinds) -> str | None:
    """A release that is not there is judged as if it were secret; who says nothing hears it from the console."""
    if release_id is None:
        form = {name: value for name, value in document.items() if name != "service"}
        kind = _kind(form, kinds)
    else:
        form = {**_AS_FILED, **document}
        kind = kinds.of_release(release_id) or ChangeKind.SECURITY
    if kind not in {None, ChangeKind.SECURITY}:
        return None
    fields = list(_told_in_form(form))
    return how_to_say_less(fields) if fields else None


_JUDGED: tuple[tuple[str, re.Pattern[str], Callable[..., str | None]], ...] = (
    ("POST", _TRIGGER, _why_not_started),
    ("POST", _ASKED, _why_not_asked),
    ("PATCH", _ANSWER, _why_not_answered),
)


def _kind(conf: Mapping[str, Any], kinds: Kinds) -> ChangeKind | None:
    """What counts as its kind; None where it goes on with a release that is not there."""
    if _text(conf, "change_kind").strip().lower() == ChangeKind.SECURITY:
        return ChangeKind.SECURITY
    release_id = conf.get("release_id")
    return kinds.of_release(str(release_id)) if release_id else ChangeKind.STANDARD


def _told_in_form(conf: Mapping[str, Any]) -> Iterator[str]:
    words = {name.replace("_", " "): _text(conf, name) for name in (*WORDS, "version")}
    yield from tells_too_much(_text(conf, "summary"), _text(conf, "rollback_plan"), _text(conf, "needs"), words)
    if _text(conf, "change_kind") not in {"", *ChangeKind}:
        yield "change kind"
    if _text(conf, "to") not in {"", "preprod", "prod"}:
        yield "to"
    if not isinstance(conf.get("problematic"), bool | None):
        yield "problematic"
    for name in ("release_id", "resume_of"):
        if _OURS.fullmatch(_text(conf, name)) is None:
            yield name.replace("_", " ")
    if not conf.keys() <= FIELDS:
        yield "a field that the form does not have"


def _told_beside_it(document: Mapping[str, Any], usual: tuple[str, str]) -> Iterator[str]:
    """`usual`: service and version, of which a run is often called."""
    if document.get("note"):
        yield "note"
    if not is_of_a_run(_text(document, "dag_run_id"), *usual):
        yield "run id"
    if any(_TIME.fullmatch(_text(document, name)) is None for name in _TIMES):
        yield "dates"
    if any(document[name] for name in document.keys() - _BODY):
        yield "a field beside the form"


def _text(mapping: Mapping[str, Any], name: str) -> str:
    value = mapping.get(name)
    return "" if value is None else str(value)
