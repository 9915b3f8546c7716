"""`docs/reference/authority.md`: who may do what, from the catalogue's own table."""

from collections.abc import Collection

from slipway.docs.pages import GENERATED, table
from slipway.domain.platform import Action, AuthorityRule, Platform

BUILT: Collection[Action] = frozenset(
    {
        Action.REQUEST_RELEASE,
        Action.APPROVE_PREPROD,
        Action.AUTHORISE_PROD,
        Action.SIGN_OFF_PROD,
        Action.STOP,
        Action.ROLLBACK,
        Action.ROLLBACK_ELSEWHERE,
        Action.CONFIRM,
        Action.WAIVE_CONFIRM,
        Action.VERDICT,
        Action.HOLD_PLACE,
        Action.HOLD_LIFT_OWN,
        Action.HOLD_LIFT,
        Action.HOLD_ABSOLUTE,
        Action.RETRY_BAD_VERSION,
        Action.DECLARE_EMERGENCY,
        Action.CLOSE_REVIEW,
        Action.WAIVE_MIGRATION,
        Action.EXPLAIN_DRIFT,
        Action.CLOSE_FINDING,
        Action.BREAK_LEASE,
        Action.QUARANTINE_ACTIVITY,
        Action.SETTLE_ACTIVITY,
        Action.ACTIVATE_POLICY,
        Action.ISSUE_TOKEN,
        Action.BREAK_GLASS,
        Action.READ_EVERYTHING,
        Action.READ_SECURITY,
        Action.SUPPORT_BOOK,
        Action.SUPPORT_ACCEPT,
        Action.SUPPORT_WAIVE,
        Action.ACKNOWLEDGE_UNDELIVERED,
    }
)
"""Rows that a command or a page asks today; the others wait for what they govern."""

_INTRO = """\
# Who may do what

From `authority` in `include/catalogue/platform.yaml`. In effect is the copy in the release database: one person
proposes what the files say, another activates it ([how](../how-to/change-the-policy.md)). Roles include those below
them: releaser < senior < manager. What the words mean is in [the catalogue](catalogue.md#authority).

"""
_OUTRO = """
*Asked today: no* means that the row is checked when the catalogue is loaded, and that nothing can be done yet for
which it would be needed.
"""


def authority_page(platform: Platform) -> str:
    """The page, one row for each action."""
    rows = ((f"`{action}`", *_row(platform.rule(action)), _asked(action)) for action in Action)
    heads = ("action", "who", "not the same as", "second person", "reason", "asked today")
    return GENERATED + _INTRO + table(heads, rows) + _OUTRO


def _row(rule: AuthorityRule) -> tuple[str, str, str, str]:
    who = rule.who.describe()
    if rule.same_as:
        who += f"; the {_names(rule.same_as)} only"
    if rule.one_of_own_team:
        who += f"; this person or the {_names(rule.one_of_own_team)} is of the owning team"
    if rule.gains_nothing:
        who += "; gains no role by it"
    second = rule.second.describe() if rule.second else "-"
    return who, _names(rule.differs_from) or "-", second, "yes" if rule.reason_required else "-"


def _names(parties: Collection[str]) -> str:
    return ", ".join(sorted(parties))


def _asked(action: Action) -> str:
    return "yes" if action in BUILT else "no"
