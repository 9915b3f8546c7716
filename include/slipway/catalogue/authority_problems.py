"""What no authority table may say, whatever an organisation decides (R6, R9, R26): the standard's own floor."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slipway.catalogue.document import Document, Location
from slipway.catalogue.platform_file import DayWindowModel, PlatformModel
from slipway.catalogue.problems import Problem
from slipway.domain.people import TeamRole
from slipway.domain.platform import Action, Party
from slipway.domain.service import StageRole


@dataclass(frozen=True, kw_only=True)
class Floor:
    """The least that a row must ask for."""

    differs_from: frozenset[Party]
    one_of_own_team: frozenset[Party] = frozenset()
    role: TeamRole = TeamRole.SENIOR
    gains_nothing: bool = False


FLOORS: Mapping[Action, Floor] = {
    Action.APPROVE_PREPROD: Floor(differs_from=frozenset({Party.REQUESTER})),
    Action.AUTHORISE_PROD: Floor(differs_from=frozenset({Party.REQUESTER})),
    Action.SIGN_OFF_PROD: Floor(
        differs_from=frozenset({Party.REQUESTER, Party.AUTHORISER}),
        one_of_own_team=frozenset({Party.AUTHORISER}),
    ),
    Action.CLOSE_REVIEW: Floor(differs_from=frozenset({Party.DECLARER, Party.APPROVER}), role=TeamRole.MANAGER),
    Action.ACTIVATE_POLICY: Floor(differs_from=frozenset({Party.PROPOSER}), role=TeamRole.MANAGER, gains_nothing=True),
}


def missing_rows(platform: PlatformModel) -> list[Action]:
    """Actions for which the table must say who may, and does not."""
    return [action for action in Action if action not in platform.authority]


def platform_problems(document: Document, platform: PlatformModel) -> Iterator[Problem]:
    """Rows missing or too weak, roles that no environment plays, windows that close before they open."""
    for action in missing_rows(platform):
        yield document.problem(("authority",), f"the row `{action.value}` is missing", hides=True)
    for action, floor in FLOORS.items():
        if action in platform.authority:
            yield from _too_weak(document, platform, action, floor)
    played = {environment.role for environment in platform.environments.values()}
    for role in StageRole:
        if role not in played:
            yield document.problem(("environments",), f"no environment plays {role.value}")
    yield from _hours_that_end_before_they_begin(document, platform)


def _hours_that_end_before_they_begin(document: Document, platform: PlatformModel) -> Iterator[Problem]:
    given: list[tuple[Location, str, DayWindowModel]] = [
        (("window", day.name.lower()), day.name.capitalize(), hours)
        for day, hours in platform.window.weekdays().items()
    ]
    given += [(("window", "open_days", n), f"{day.date}", day) for n, day in enumerate(platform.window.open_days)]
    for at, what, hours in given:
        if hours.hours().closes <= hours.hours().opens:
            yield document.problem(at, f"{what} must close later than it opens")


def _too_weak(document: Document, platform: PlatformModel, action: Action, floor: Floor) -> Iterator[Problem]:
    row, at = platform.authority[action], ("authority", action.value)
    for party in sorted(floor.differs_from - set(row.differs_from)):
        yield document.problem((*at, "differs_from"), f"`{action.value}` must differ from the {party.value}")
    for party in sorted(floor.one_of_own_team - set(row.one_of_own_team)):
        what = f"`{action.value}` must have `one_of_own_team: [{party.value}]`: one of both knows the service"
        yield document.problem((*at, "one_of_own_team"), what)
    if floor.gains_nothing and not row.gains_nothing:
        yield document.problem(at, f"`{action.value}` must have `gains_nothing: true`")
    enough = [role.value for role in TeamRole if role.includes(floor.role)]
    for which, role in (("own_team", row.own_team), ("any_team", row.any_team)):
        if role is not None and role.value not in enough:
            what = f"`{action.value}` needs a {' or '.join(enough)}"
            yield document.problem((*at, which), what, allowed=tuple(enough))
    for duty in row.also:
        those = " and ".join(f"{role}s" for role in enough)
        what = f"`{action.value}` is for {those}; {duty.value} alone does not entitle to it"
        yield document.problem((*at, "also"), what)
