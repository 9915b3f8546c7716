"""A reason is something that can be read."""

import pytest

from slipway.domain.text_limits import says_nothing


@pytest.mark.parametrize("text", [None, "", "  \n", "\u200b", "\u2060\ufeff", "\u202e", "\u2800", "\u3164", "-", "…"])
def test_what_nobody_can_read_says_nothing(text: str | None) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["x", "42", "Grund: läuft", "理由", "- see INC-7"])
def test_a_letter_or_a_digit_says_something(text: str) -> None:
    assert not says_nothing(text)
