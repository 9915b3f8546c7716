"""Does the job and says what came of it, as JSON."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from slipway.adapters.migrations.in_child.asked import Action, Asked, RefusedHereError
from slipway.adapters.migrations.in_child.begun import BegunNotes
from slipway.adapters.migrations.in_child.databases import working_connection
from slipway.adapters.migrations.in_child.guard import only_runner, quiet_connection
from slipway.adapters.migrations.in_child.plan import ahead
from slipway.adapters.migrations.in_child.run import Run, error_words, judged
from slipway.adapters.migrations.in_child.tools import make_tool


def perform(asked: Asked, tell: Callable[[str], None]) -> dict[str, Any]:
    """`state` and what was done, or `error` with its code and the revision that failed."""
    run: Run | None = None
    try:
        with quiet_connection(asked) as quiet:
            if asked.action is Action.STATE:
                return {"state": _state(asked, quiet)}
            with only_runner(asked, quiet):
                with working_connection(asked) as working:
                    run = Run(asked, make_tool(asked, working), working, quiet, tell)
                    done = run.go()
                return {"state": _state(asked, quiet), "run": done}
    except RefusedHereError as error:
        return error_words(error, asked.action, None)
    except Exception as error:  # noqa: BLE001 - a migration is foreign code: whatever it raises is the result
        return error_words(error, asked.action, run.at_work if run else None)


def _state(asked: Asked, quiet: Connection) -> dict[str, Any]:
    """On a connection of its own: what a run did not commit is not there."""
    with working_connection(asked) as fresh:
        tool = make_tool(asked, fresh)
        chain, applied = tool.chain(), tool.applied()
    known = applied is None or applied in {step.revision for step in chain}
    missing = ahead(chain, applied, asked.contract) if known else None
    begun = BegunNotes(quiet).read()
    return {
        "applied": applied,
        "known": known,
        "pending": [step.revision for step in missing.now] if missing else [],
        "later": [step.revision for step in missing.later] if missing else [],
        "half_applied": judged(begun, applied, chain)[0] if begun else "",
    }
