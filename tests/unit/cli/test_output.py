"""What commands print is what people wrote, and moves no terminal."""

import pytest

from slipway.cli.output import print_table


def test_a_cell_moves_nobodys_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("reason",), [("in\x1b[2Jcident",)], "none")
    assert capsys.readouterr().out == "REASON\nin\N{REPLACEMENT CHARACTER}[2Jcident\n"
