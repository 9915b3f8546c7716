"""What is obeyed instead of seen is replaced; all that people write stays."""

import pytest

from slipway.domain.signs import seen


@pytest.mark.parametrize(
    "sign",
    [
        *(
            "\x00",
            "\x07",
            "\x08",
            "\r",
            "\x1b",
            "\x7f",
            "\x85",
            "\x9b",
            "\u061c",
            "\u200e",
            "\u202a",
            "\u202e",
            "\u2066",
        ),
        "\u2069",
    ],
)
def test_a_sign_that_moves_a_terminal_or_turns_the_line_is_replaced(sign: str) -> None:
    assert seen(f"in{sign}cident") == "in\N{REPLACEMENT CHARACTER}cident"


@pytest.mark.parametrize(
    "text", ["", "two\nlines\tand a tab", "žluťoučký kůň", "→ – … „so“", "日本語", "עברית", "👩‍🚀"]
)
def test_what_people_write_stays(text: str) -> None:
    assert seen(text) == text
