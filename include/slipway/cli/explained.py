"""What `slipway explain` prints: each release in a line, each blocker once with those that it holds."""

from collections.abc import Iterator, Sequence

from slipway.cli.output import minute, print_table, say
from slipway.domain.policy.decision import Blocker
from slipway.use_cases.explain import Explanation

MOST = 10
"""Releases in the table, and attempts named at a blocker, unless all are asked for."""


def print_explained(answers: Sequence[Explanation], *, all_: bool) -> None:
    """One answer in its own words; several as a table, and what holds them below it."""
    if len(answers) == 1:
        _print_one(answers[0])
    else:
        _print_several(answers, len(answers) if all_ else MOST)
    for limit in dict.fromkeys(one.rollback_limit for one in answers if one.rollback_limit):
        say(f"  Rollback limit: {limit}")


def _print_one(answer: Explanation) -> None:
    say(answer.summary)
    for blocker in answer.decision.blockers:
        _print_blocker(blocker)


def _print_several(answers: Sequence[Explanation], most: int) -> None:
    first, shown = answers[0], answers[:most]
    say(f"{first.service} in {first.environment} at {minute(first.at)}: {len(answers)} attempts are open for it")
    print_table(("attempt", "may start", "blockers"), [_row(one) for one in shown], "")
    if len(answers) > most:
        say(f"and {len(answers) - most} more: slipway explain {first.service} {first.environment} --all")
    for blocker in dict.fromkeys(blocker for one in shown for blocker in one.decision.blockers):
        _print_blocker(blocker)
        held = [str(one.attempt_id) for one in answers if blocker in one.decision.blockers]
        say(f"    holds {', '.join(_some(held, most))}")


def _row(answer: Explanation) -> tuple[object, ...]:
    codes = dict.fromkeys(blocker.code for blocker in answer.decision.blockers)
    return answer.attempt_id, "yes" if answer.decision.allowed else "no", ", ".join(codes)


def _some(names: Sequence[str], most: int) -> Iterator[str]:
    yield from names[:most]
    if len(names) > most:
        yield f"and {len(names) - most} more"


def _print_blocker(blocker: Blocker) -> None:
    clears = f"clears {minute(blocker.clears_at)}" if blocker.clears_at else "nobody knows when it clears"
    say(f"  {blocker.code}: {blocker.message}")
    say(f"    {clears}; cleared by {blocker.cleared_by or 'nobody'}")
