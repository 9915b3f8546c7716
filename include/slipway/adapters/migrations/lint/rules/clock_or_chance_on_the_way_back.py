"""A downgrade gives the same result whenever it runs."""

from collections.abc import Iterator

from slipway.adapters.migrations.lint.source import Rule, Source, calls, dotted

_SQL = (
    r"\b(now|random|clock_timestamp|statement_timestamp|timeofday|gen_random_uuid|uuidv7|randomblob|julianday|strftime)"
    r" ?\(|\bcurrent_(timestamp|date|time)\b|\blocaltime(stamp)?\b"
)
_PYTHON = ("now", "utcnow", "today", "time", "time_ns", "uuid1", "uuid4", "random", "randint", "choice", "token_hex")
_HOMES = ("datetime", "date", "time", "uuid", "random", "secrets", "func")


def _check(source: Source) -> Iterator[tuple[int, str]]:
    if source.down is None:
        return
    for one, found in source.down.any_sql(_SQL):
        yield one.line, f"the downgrade uses {found[0].rstrip('( ')}"
    if source.down.function is not None:
        for call in calls(source.down.function, *_PYTHON):
            name = dotted(call.func)
            if "." not in name or name.split(".")[-2] in _HOMES:
                yield call.lineno, f"the downgrade uses {name}()"


RULE = Rule(
    code="clock_or_chance_on_the_way_back",
    why="A downgrade is rehearsed today and run on a bad night months later. What it takes from the clock or from "
    "chance is something else then, and no rehearsal shows it.",
    instead="Keep what is needed for the way back in the database, in the upgrade.",
    check=_check,
)
