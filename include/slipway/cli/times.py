"""Options that are an instant or a day: how they are written, and what is said where they are not."""

from datetime import UTC, date, datetime

import typer

_DAY_ALONE = "a date alone means its beginning, 00:00 UTC"


def instant(value: str | datetime) -> datetime:
    """ISO 8601, UTC where it names no zone, and kept in UTC. Raises BadParameter."""
    from slipway.adapters.plain_words import A_TIME, shown
    from slipway.domain.instants import in_utc

    if isinstance(value, datetime):
        return value
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        msg = f"{shown(value)!r} is no time: write it like {A_TIME} (UTC where it names no zone)"
        raise typer.BadParameter(msg) from error
    try:
        return in_utc(at if at.tzinfo else at.replace(tzinfo=UTC))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def day(value: str | date) -> date:
    """YYYY-MM-DD. Raises BadParameter."""
    from slipway.adapters.plain_words import no_day

    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter(no_day(value)) from error


def at_time(help_text: str, *names: str) -> object:
    """An option that takes an instant."""
    return typer.Option(
        *names, metavar="TIME", parser=instant, help=f"{help_text} Like 2030-01-31T09:30, in UTC; {_DAY_ALONE}."
    )
