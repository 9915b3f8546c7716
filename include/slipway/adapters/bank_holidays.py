"""Bank holidays of the parts of the United Kingdom, computed by the library `holidays`."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from slipway.domain.release_window import BankHolidaysOf, Holidays

_SUBDIVISIONS: Mapping[BankHolidaysOf, tuple[str, ...]] = {
    BankHolidaysOf.ENGLAND_AND_WALES: ("ENG", "WLS"),
    BankHolidaysOf.SCOTLAND: ("SCT",),
    BankHolidaysOf.NORTHERN_IRELAND: ("NIR",),
}


def bank_holidays(region: BankHolidaysOf | None) -> Holidays:
    """What tells a day's bank holiday there; nothing is one where no region is given."""
    if region is None:
        return lambda _: None
    return lambda day: _of_year(region, day.year).get(day)


@cache
def _of_year(region: BankHolidaysOf, year: int) -> Mapping[date, str]:
    from holidays import country_holidays

    found: dict[date, str] = {}
    for subdivision in _SUBDIVISIONS[region]:
        found |= dict(country_holidays("GB", subdiv=subdivision, years=year))
    return found
