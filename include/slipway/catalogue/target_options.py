"""The options of each kind of target: what the catalogue is checked against, and what the targets are made of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.catalogue.document import Document, Location
from slipway.catalogue.option_reader import Options
from slipway.catalogue.problems import Problem
from slipway.domain.json_value import JsonObject

_WHERE = ("service", "environment")
_REMOVE = (*_WHERE, "fencing")
_DEPLOY = (*_REMOVE, "version", "digest", "folder")
_OUR_OWN = ("AIRFLOW", "SLIPWAY")


@dataclass(frozen=True, kw_only=True)
class LocalProcessOptions:
    """See docs/reference/targets/local_process.md."""

    port: int
    command: tuple[str, ...]

    @staticmethod
    def read(options: Options) -> "LocalProcessOptions":
        """What is wrong is in the options' problems."""
        return LocalProcessOptions(
            port=int(options.number("port", 1, 65535)),
            command=options.template("command", ("python", "port"), needed=False),
        )


@dataclass(frozen=True, kw_only=True)
class CommandOptions:
    """See docs/reference/targets/command.md."""

    deploy: tuple[str, ...]
    current: tuple[str, ...]
    remove: tuple[str, ...]
    plain_digest: bool
    stale_exit_code: float | None
    current_seconds: float
    remove_seconds: float
    pass_environment: tuple[str, ...]

    @staticmethod
    def read(options: Options) -> "CommandOptions":
        """What is wrong is in the options' problems."""
        found = CommandOptions(
            deploy=options.template("deploy", _DEPLOY),
            current=options.template("current", _WHERE),
            remove=options.template("remove", _REMOVE, needed=False),
            plain_digest=options.text("current_output", "json", one_of=("json", "digest")) == "digest",
            stale_exit_code=options.optional_number("stale_exit_code", 1, 255),
            current_seconds=options.number("current_timeout_seconds", 0.1, 600, 30),
            remove_seconds=options.number("remove_timeout_seconds", 0.1, 3600, 120),
            pass_environment=options.texts("pass_environment"),
        )
        if ours := [name for name in found.pass_environment if name.startswith(_OUR_OWN)]:
            options.refuse("pass_environment", f"may not pass {', '.join(ours)} on: they are the platform's own")
        return found


@dataclass(frozen=True, kw_only=True)
class HttpOptions:
    """See docs/reference/targets/http.md."""

    deploy_url: str
    current_url: str
    remove_url: str
    token_variable: str | None
    seconds: float

    @staticmethod
    def read(options: Options) -> "HttpOptions":
        """What is wrong is in the options' problems."""
        current_url = options.url("current_url", _WHERE)
        return HttpOptions(
            deploy_url=options.url("deploy_url", _WHERE),
            current_url=current_url,
            remove_url=options.url("remove_url", _WHERE, current_url)
            if current_url
            else options.optional_text("remove_url") or "",
            token_variable=options.optional_text("token_variable"),
            seconds=options.number("timeout_seconds", 0.1, 120, 10),
        )


READERS: Mapping[str, Callable[[Options], object]] = {
    "command": CommandOptions.read,
    "http": HttpOptions.read,
    "local_process": LocalProcessOptions.read,
}


def target_problems(document: Document) -> Iterator[Problem]:
    """Wrong options of every target in a service's file, whatever else is wrong with the file."""
    for at, stage in raw_stages(document.data):
        target = stage.get("target") if isinstance(stage, dict) else None
        if not isinstance(target, dict):
            continue
        kind, given = str(target.get("kind")), target.get("options", {})
        if kind in READERS and isinstance(given, dict):
            yield from _wrong(document, (*at, "target", "options"), kind, given)


def raw_stages(data: Any) -> Iterator[tuple[Location, Any]]:
    """Whatever stands where a service's stages and stand-ins are, with its place."""
    stages = data.get("stages") if isinstance(data, dict) else None
    for role, stage in stages.items() if isinstance(stages, dict) else ():
        yield ("stages", role), stage
    stand_ins = data.get("stand_ins") if isinstance(data, dict) else None
    for index, stage in enumerate(stand_ins) if isinstance(stand_ins, list) else ():
        yield ("stand_ins", index), stage


def _wrong(document: Document, at: Location, kind: str, given: JsonObject) -> Iterator[Problem]:
    options = Options(kind, given)
    READERS[kind](options)
    for name, what in options.problems():
        yield document.problem((*at, name), f"the target {kind!r}: option {name!r} {what}")
