"""What commands print is what people wrote, and moves no terminal."""

from datetime import UTC, datetime

import pytest

from slipway.cli.output import minute_of, print_table


def test_a_cell_moves_nobodys_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("reason",), [("in\x1b[2Jcident",)], "none")
    assert capsys.readouterr().out == "REASON\nin\N{REPLACEMENT CHARACTER}[2Jcident\n"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-11-23T10:48:15.123456+00:00", "2026-11-23 10:48Z"),
        ("2026-11-23T11:48:15+01:00", "2026-11-23 10:48Z"),
        ("2026-11-23T10:48:15.123456Z", "2026-11-23 10:48Z"),
        (datetime(2026, 11, 23, 10, 48, 59, tzinfo=UTC), "2026-11-23 10:48Z"),
        (None, None),
    ],
)
def test_a_time_is_shown_to_the_minute(written: str | datetime | None, shown: str | None) -> None:
    assert minute_of(written) == shown
