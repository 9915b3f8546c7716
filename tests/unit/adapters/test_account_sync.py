"""A process of its own brings Airflow's accounts up to date; after a failure it is left alone for a while."""

import sys
from pathlib import Path

import pytest

from slipway.adapters.account_sync import PAUSE_SECONDS, AccountSync, AccountSyncError


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def test_the_last_line_says_what_was_done() -> None:
    assert AccountSync(python("print('Airflow says something'); print('closed: sue')"))() == "closed: sue"


def test_what_went_wrong_is_told_and_not_tried_again_at_once(tmp_path: Path) -> None:
    tries, now = tmp_path / "tries", [0.0]
    script = f"import sys; open({str(tries)!r}, 'a').write('x'); sys.exit('Airflow is away')"
    sync = AccountSync(python(script), clock=lambda: now[0])
    for at in (0.0, PAUSE_SECONDS / 2, PAUSE_SECONDS):
        now[0] = at
        with pytest.raises(AccountSyncError, match="Airflow is away"):
            sync()
    assert tries.read_text() == "xx"


def test_a_command_that_is_not_there_is_a_failure_like_any_other() -> None:
    with pytest.raises(AccountSyncError, match="nowhere"):
        AccountSync(["/nowhere/python"])()
