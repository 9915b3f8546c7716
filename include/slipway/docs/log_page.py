"""`docs/reference/log-kinds.md`: every kind of entry in the release log."""

from slipway.docs.log_kinds import ACTIVITY_ENDINGS, LOG_KINDS
from slipway.docs.pages import GENERATED, table

_INTRO = """\
# Kinds of entries in the release log

`slipway log list --kind KIND` finds them, `slipway log show SEQ` shows one whole. Every entry has a number (`seq`), a
time (`at`), who (`actor`) and by which way (`via`), the release, attempt, service and environment that it is about,
a `payload`, and the hashes that chain it. How the chain works is in [ADR 0006](../adr/0006-log-chained-by-trigger.md).
"""
_ACTIVITIES = """
## Activities

`migrate`, `deploy` and `undo` each have these, for example `deploy_started`.

"""


def log_page() -> str:
    """The page, chapter by chapter."""
    chapters = (
        f"\n## {chapter}\n\n" + table(("kind", "means"), ((f"`{kind}`", says) for kind, says in kinds.items()))
        for chapter, kinds in LOG_KINDS.items()
    )
    endings = ((f"`…_{ending}`", says) for ending, says in ACTIVITY_ENDINGS.items())
    return GENERATED + _INTRO + "".join(chapters) + _ACTIVITIES + table(("kind", "means"), endings)
