"""Commands that say all that is missing or wrong at once, in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, NoReturn

import typer
from typer.core import TyperCommand

from slipway.catalogue.problems import nearest


class PlainCommand(TyperCommand):
    """A command of Typer, which itself stops at the first thing that is wrong."""

    either: ClassVar[Sequence[tuple[str, str]]] = ()
    """Pairs of options, by their parameters: one of the two must be given."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer's. Ends with every problem where there is one."""
        typed, rest = list(args), list[str]()
        try:
            rest = super().parse_args(ctx, args)
            problems = () if ctx.resilient_parsing else tuple(_neither(self, ctx.params))
        except typer.BadParameter:
            problems = () if ctx.resilient_parsing else tuple(_problems(self, ctx, typed))
            if not problems:
                raise
        if problems:
            wrong_usage(ctx, problems)
        return rest


def wrong_usage(ctx: Any, problems: Sequence[str]) -> NoReturn:
    """Ends the command with all of them, as bad usage."""
    listed = "".join(f"\n  {one}" for one in problems)
    ctx.fail(problems[0] if len(problems) == 1 else f"{len(problems)} things are missing or wrong:{listed}")
    raise AssertionError("fail ends the command")


def _problems(command: PlainCommand, ctx: Any, typed: list[str]) -> Iterator[str]:
    given, _, _ = command.make_parser(ctx).parse_args(args=typed)
    for parameter in command.get_params(ctx):
        problem = _problem(parameter, ctx, given)
        if problem is not None:
            yield problem
    yield from _neither(command, given)


def _neither(command: PlainCommand, given: Mapping[str, Any]) -> Iterator[str]:
    for pair in command.either:
        if not any(given.get(name) for name in pair):
            names = " or ".join(f"'--{name.replace('_', '-')}'" for name in pair)
            yield f"Missing option {names}: one of the two"


def _problem(parameter: Any, ctx: Any, given: Mapping[str, Any]) -> str | None:
    value, _ = parameter.consume_value(ctx, given)
    choices = [str(choice) for choice in parameter.type_descriptor.choices or ()]
    name = parameter.get_error_hint()
    if parameter.required and parameter.value_is_missing(value):
        one_of = f" One of: {', '.join(choices)}." if choices else ""
        return f"Missing {parameter.param_type_name} {name}: {parameter.help or ''}{one_of}"
    try:
        parameter.process_value(ctx, value)
    except typer.BadParameter as error:
        return f"Invalid value for {name}: {_plainly(error, str(value), choices)}"
    return None


def _not_among(value: str, choices: list[str]) -> str:
    close = nearest(value, choices)
    hint = f". Did you mean {close}?" if close else ""
    return f"{value!r} is none of {', '.join(choices)}{hint}"


def _plainly(error: typer.BadParameter, value: str, choices: list[str]) -> str:
    from pydantic import ValidationError

    from slipway.adapters.plain_words import about

    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return error.message
    return _not_among(value, choices) if choices else about(cause.errors()[0])
