"""Every act that two people do together. To add one: write its file, and a line here."""

from collections.abc import Mapping

from slipway.domain.platform import Action
from slipway.use_cases.break_lease import BREAK_LEASE
from slipway.use_cases.issue_token import ISSUE_TOKEN
from slipway.use_cases.open_break_glass import OPEN_BREAK_GLASS
from slipway.use_cases.quarantine import QUARANTINE
from slipway.use_cases.rollback_elsewhere import ROLLBACK_ELSEWHERE
from slipway.use_cases.settle_by_people import SETTLE_BY_PEOPLE
from slipway.use_cases.two_person_act import TwoPersonAct

ACTS: Mapping[Action, TwoPersonAct] = {
    Action.BREAK_LEASE: BREAK_LEASE,
    Action.QUARANTINE_ACTIVITY: QUARANTINE,
    Action.SETTLE_ACTIVITY: SETTLE_BY_PEOPLE,
    Action.ISSUE_TOKEN: ISSUE_TOKEN,
    Action.ROLLBACK_ELSEWHERE: ROLLBACK_ELSEWHERE,
    Action.BREAK_GLASS: OPEN_BREAK_GLASS,
}
