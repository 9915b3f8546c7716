"""What `slipway explain` prints of one release, and of many that wait for the same."""

from datetime import UTC, datetime

import pytest

from slipway.cli.explained import print_explained
from slipway.domain.policy.decision import Blocker, Decision
from slipway.use_cases.explain import Explanation

NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
HOLD = Blocker(code="hold", message="hold 1 on all by lena: incident", cleared_by="lena: slipway hold lift 1")


def grant_missing(number: int) -> Blocker:
    return Blocker(code="grant_missing", message=f"nobody approved r{number}", cleared_by="a senior")


def explained(number: int, *blockers: Blocker) -> Explanation:
    return Explanation(
        service="orders",
        environment="prod",
        at=NOW,
        release_id=f"r{number}",
        attempt_id=f"r{number}.1",
        decision=Decision(blockers=blockers),
        rollback_limit="1.0 and later",
    )


def printed(capsys: pytest.CaptureFixture[str], count: int, *, all_: bool = False) -> list[str]:
    answers = [explained(number, HOLD, grant_missing(number)) for number in range(1, count + 1)]
    print_explained(answers, all_=all_)
    return capsys.readouterr().out.splitlines()


def test_one_release_is_told_in_its_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    print_explained([explained(1, HOLD)], all_=False)
    assert capsys.readouterr().out.splitlines() == [
        "orders in prod at 2026-11-19 10:00Z: attempt r1.1: may not start",
        "  hold: hold 1 on all by lena: incident",
        "    nobody knows when it clears; cleared by lena: slipway hold lift 1",
        "  Rollback limit: 1.0 and later",
    ]


def test_what_holds_several_is_told_once_with_those_that_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, 3)
    assert lines[0] == "orders in prod at 2026-11-19 10:00Z: 3 attempts are open for it"
    assert lines.count("  hold: hold 1 on all by lena: incident") == 1
    assert "    holds r1.1, r2.1, r3.1" in lines
    assert "    holds r2.1" in lines
    assert lines.count("  Rollback limit: 1.0 and later") == 1


def test_of_many_the_first_ten_are_shown_unless_all_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    few, everything = printed(capsys, 14), printed(capsys, 14, all_=True)
    assert sum(line.endswith("hold, grant_missing") for line in few) == 10
    assert "and 4 more: slipway explain orders prod --all" in few
    assert any(line.endswith("r10.1, and 4 more") for line in few)
    assert sum(line.endswith("hold, grant_missing") for line in everything) == 14
    assert any(line.endswith("r13.1, r14.1") for line in everything)
    assert not any("more" in line for line in everything)
