"""The smoke checks of a service: the same in every environment, only the address differs (R1, R16)."""

import re
from collections.abc import Collection, Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, model_validator

from slipway.catalogue.strict_model import ConnectionId, StrictModel, Text
from slipway.domain.address import has_login
from slipway.domain.service import Priority, SmokeCheck, SmokeCommand, SmokeSuite


def _without_a_login(url: str) -> str:
    if has_login(url):
        raise ValueError("has a login in it, which everybody would read: a secret belongs into a connection")
    return url


Url = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s/]+(/[^\s]*)?$", max_length=500),
    AfterValidator(_without_a_login),
    Field(examples=["https://orders.example.org"]),
]
Path = Annotated[
    str, StringConstraints(pattern=r"^/\S*$", max_length=500), Field(examples=["/health", "/greet?name=Ada"])
]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,100}$")]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[ -~]*$", max_length=1000)]
KeptName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_OURS = frozenset({"version", "digest"})
_FILLED_IN = frozenset({"url", "version", "digest", "folder", "report"})
_NAMED = re.compile(r"\{(\w+)\}")
_NOT_BY_HAND = frozenset({"authorization", "host", "content-length", "transfer-encoding"})


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _is_outside(found: re.Match[str]) -> bool:
    before = found.string[: found.start()]
    return before.count("{") <= before.count("}")


class SmokeCheckModel(StrictModel):
    """One HTTP request and what its answer must be.

    `{version}`, `{digest}` and the names that checks before it keep are filled in in path, headers, body and
    expectations."""

    name: Text
    path: Path
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "GET"
    headers: dict[HeaderName, HeaderValue] = Field({}, max_length=20, description="Nothing secret: see `bearer`.")
    bearer: ConnectionId | None = Field(
        None, description="Airflow's HTTP connection whose password is sent as a bearer token."
    )
    body: JsonValue = Field(None, description="Sent as JSON.")
    expect_status: int = Field(200, ge=100, le=599)
    expect_text: Text | None = Field(None, description="Stands somewhere in the answer.")
    expect_json: dict[str, JsonValue] = Field({}, description="Dotted path to wanted value.")
    keep: dict[KeptName, Text] = Field(
        {}, max_length=20, description="Name to dotted path: kept of the answer for the checks after this one."
    )
    seconds: float = Field(5.0, gt=0, le=60, description="As long as one answer may take, to its last byte.")
    priority: Priority = Field(
        Priority.BLOCKING, description="A warning that does not pass is told and kept; it undoes nothing."
    )

    @model_validator(mode="after")
    def _headers_are_plain(self) -> Self:
        if strange := sorted(name for name in self.headers if name.lower() in _NOT_BY_HAND):
            raise ValueError(f"{', '.join(strange)} cannot be set here; a token comes from a connection: `bearer`")
        if taken := sorted(_OURS & self.keep.keys()):
            raise ValueError(f"{', '.join(taken)} cannot be kept: it stands for the release's own")
        return self

    def sent_names(self) -> frozenset[str]:
        """The `{names}` in what is sent; `{name}` inside other braces is a text of its own, a query in GraphQL say."""
        texts = [self.path, *self.headers.values(), *_texts(self.body)]
        return frozenset(found[1] for text in texts for found in _NAMED.finditer(text) if _is_outside(found))

    def check(self) -> SmokeCheck:
        """The domain value."""
        return SmokeCheck(**self.model_dump())


class SmokeCommandModel(StrictModel):
    """A suite of tests that a program runs, once, when the checks have passed: pytest, cucumber, k6.

    In its arguments `{url}`, `{version}`, `{digest}`, `{folder}` (the artefact's files, where it runs) and `{report}`
    are filled in."""

    name: Text
    run: list[Text] = Field(
        min_length=1,
        max_length=50,
        description="Program and arguments; no shell reads them. It must be installed where tasks run.",
        examples=[["pytest", "smoke", "--base-url={url}", "--junit-xml={report}"]],
    )
    bearer: ConnectionId | None = Field(
        None, description="Airflow's HTTP connection whose password the program finds in SMOKE_TOKEN."
    )
    seconds: float = Field(300.0, gt=0, le=3600, description="As long as it may take.")
    priority: Priority = Field(
        Priority.BLOCKING, description="A warning that does not pass is told and kept; it undoes nothing."
    )

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        if strange := sorted({name for part in self.run for name in _NAMED.findall(part)} - _FILLED_IN):
            raise ValueError(_nothing_for(strange, _FILLED_IN))
        return self

    @property
    def reports(self) -> bool:
        """Whether a report is asked of it: then it must write one."""
        return any("{report}" in part for part in self.run)

    def command(self) -> SmokeCommand:
        """The domain value."""
        return SmokeCommand(**{**self.model_dump(), "run": tuple(self.run)}, reports=self.reports)


def _nothing_for(strange: Collection[str], known: Collection[str]) -> str:
    wrong, right = (", ".join(f"`{{{name}}}`" for name in sorted(names)) for names in (strange, known))
    return f"nothing is filled in for {wrong} (what is: {right})"


class SmokeModel(StrictModel):
    """Checks of which those that block must all pass before the deadline."""

    deadline_seconds: float = Field(60.0, gt=0, le=3600, description="Failing checks are tried again until then.")
    checks: list[SmokeCheckModel] = Field(min_length=1, max_length=100)
    commands: list[SmokeCommandModel] = Field([], max_length=20, description="Programs that test more, one by one.")
    others: Priority | None = Field(
        None, description="Ask the other services that run there what blocks their own deploys, and what that weighs."
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if problems := list(self._problems()):
            raise ValueError("; ".join(problems))
        return self

    def _problems(self) -> Iterator[str]:
        if all(one.priority is Priority.WARNING for one in self.checks):
            yield "every check is a warning: nothing would ever say that the service works"
        kept: dict[str, SmokeCheckModel] = {}
        for one in self.checks:
            for name in one.keep:
                if name in kept:
                    yield f"`{name}` is kept by {kept[name].name!r} already, and again by {one.name!r}"
                elif one.priority is Priority.WARNING:
                    yield f"{one.name!r} is a warning and keeps `{name}`: those that need it would wait for it in vain"
                kept.setdefault(name, one)
        names = [one.name for one in self.checks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            yield f"several checks are called {', '.join(twice)}: what was seen is kept by name"
        yield from self._used_too_early()
        for one in self.checks:
            if strange := sorted(one.sent_names() - _OURS - kept.keys()):
                yield f"{one.name!r}: {_nothing_for(strange, _OURS | kept.keys())}"

    def _used_too_early(self) -> Iterator[str]:
        """What is kept by a check at this place or after it."""
        before: set[str] = set()
        for number, one in enumerate(self.checks):
            texts = one.model_dump_json(include={"path", "headers", "body", "expect_text", "expect_json"})
            for name in sorted({name for later in self.checks[number:] for name in later.keep} - before):
                if "{" + name + "}" in texts:
                    yield f"{one.name!r} uses `{{{name}}}`, which no check before it keeps"
            before |= one.keep.keys()

    def suite(self, url: str) -> SmokeSuite:
        """The checks against one address."""
        checks = tuple(model.check() for model in self.checks)
        commands = tuple(model.command() for model in self.commands)
        return SmokeSuite(
            url=url, checks=checks, deadline_seconds=self.deadline_seconds, commands=commands, others=self.others
        )
