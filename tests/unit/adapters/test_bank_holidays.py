"""Bank holidays as GOV.UK lists them, weekdays in lieu and moved ones included."""

from datetime import date

import pytest

from slipway.adapters.bank_holidays import bank_holidays
from slipway.domain.release_window import BankHolidaysOf

LISTED = {  # gov.uk/bank-holidays, England and Wales
    *(date(2026, month, day) for month, day in [(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]),
    *(
        date(2027, month, day)
        for month, day in [(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]
    ),
    date(2022, 6, 3),
    date(2023, 5, 8),
}


@pytest.mark.parametrize("day", sorted(LISTED))
def test_england_and_wales(day: date) -> None:
    assert bank_holidays(BankHolidaysOf.ENGLAND_AND_WALES)(day)


def test_the_parts_of_the_kingdom_differ() -> None:
    st_andrews_day, christmas_eve = date(2026, 11, 30), date(2026, 12, 24)
    assert bank_holidays(BankHolidaysOf.SCOTLAND)(st_andrews_day)
    assert bank_holidays(BankHolidaysOf.ENGLAND_AND_WALES)(st_andrews_day) is None
    assert bank_holidays(BankHolidaysOf.ENGLAND_AND_WALES)(christmas_eve) is None
    assert bank_holidays(BankHolidaysOf.NORTHERN_IRELAND)(date(2026, 7, 13))


def test_without_a_region_there_are_none() -> None:
    assert bank_holidays(None)(date(2026, 12, 25)) is None
