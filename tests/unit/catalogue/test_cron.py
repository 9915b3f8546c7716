"""Cron expressions."""

import pytest

from slipway.catalogue.cron import checked_cron


@pytest.mark.parametrize("text", ["30 2 * * *", "*/15 0-6 1,15 * 1-5", "0 0 31 12 7", " 5  4 * * 0 "])
def test_a_right_expression_is_returned_with_single_blanks(text: str) -> None:
    assert checked_cron(text) == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2 30 * *", "five fields"),
        ("30 25 * * *", "`25` is no hour"),
        ("60 2 * * *", "`60` is no minute"),
        ("1 2 0 * *", "`0` is no day of month"),
        ("1 2 * 13 *", "`13` is no month"),
        ("1 2 * * mon", "`mon` is no day of week"),
        ("5-1 2 * * *", "`5-1` is no minute"),
        ("*/0 2 * * *", "is no minute"),
        ("1, 2 * * *", "`1,` is no minute"),
        ("@daily", "five fields"),
    ],
)
def test_a_wrong_field_is_named(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("*", r"\*")):
        checked_cron(text)
