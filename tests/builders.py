"""Values that tests start from: people, rules, services. Small, complete, and each changed by keyword."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from slipway.domain.people import People, Person, TeamRole
from slipway.domain.platform import (
    Action,
    ApprovalLife,
    AuthorityRule,
    Duty,
    Eligibility,
    EnvironmentSettings,
    Party,
    Platform,
)
from slipway.domain.release_window import Calendar, DayWindow, ReleaseWindow, Weekday
from slipway.domain.repository import Repository
from slipway.domain.service import (
    ActedBy,
    ActSettings,
    MigrationSettings,
    NotApplicable,
    Profile,
    RehearsalSettings,
    Service,
    SmokeCheck,
    SmokeSuite,
    StageDefinition,
    StageRole,
    TargetSettings,
)

DEV, PREPROD, PROD = StageRole.DEV, StageRole.PREPROD, StageRole.PROD
ALL_DAY = dict.fromkeys(Weekday, DayWindow(opens=0, closes=1440))
NOBODY = AuthorityRule(who=Eligibility())
_REQUESTER = frozenset({Party.REQUESTER})
_SECOND_LINE = frozenset({Duty.SECOND_LINE})
SECOND_LINE_AND_MANAGER = AuthorityRule(
    who=Eligibility(also=_SECOND_LINE), second=Eligibility(any_team=TeamRole.MANAGER), reason_required=True
)

AUTHORITY: Mapping[Action, AuthorityRule] = {
    **dict.fromkeys(Action, NOBODY),
    Action.REQUEST_RELEASE: AuthorityRule(who=Eligibility(own_team=TeamRole.RELEASER, also=_SECOND_LINE)),
    Action.DECLARE_EMERGENCY: AuthorityRule(who=Eligibility(own_team=TeamRole.SENIOR, also=_SECOND_LINE)),
    Action.APPROVE_PREPROD: AuthorityRule(who=Eligibility(own_team=TeamRole.SENIOR), differs_from=_REQUESTER),
    Action.AUTHORISE_PROD: AuthorityRule(who=Eligibility(own_team=TeamRole.SENIOR), differs_from=_REQUESTER),
    Action.SIGN_OFF_PROD: AuthorityRule(
        who=Eligibility(any_team=TeamRole.SENIOR),
        differs_from=frozenset({Party.REQUESTER, Party.AUTHORISER}),
        one_of_own_team=frozenset({Party.AUTHORISER}),
    ),
    Action.SUPPORT_BOOK: AuthorityRule(who=Eligibility(own_team=TeamRole.RELEASER), reason_required=True),
    Action.SUPPORT_ACCEPT: AuthorityRule(who=Eligibility(also=_SECOND_LINE), differs_from=_REQUESTER),
    Action.SUPPORT_WAIVE: AuthorityRule(
        who=Eligibility(own_team=TeamRole.MANAGER, also=_SECOND_LINE), reason_required=True
    ),
    Action.ACKNOWLEDGE_UNDELIVERED: AuthorityRule(
        who=Eligibility(own_team=TeamRole.MANAGER, also=_SECOND_LINE), differs_from=_REQUESTER
    ),
    Action.STOP: AuthorityRule(who=Eligibility(own_team=TeamRole.RELEASER, also=_SECOND_LINE)),
    Action.CONFIRM: AuthorityRule(who=Eligibility(own_team=TeamRole.RELEASER, also=frozenset({Duty.PRODUCT_OWNER}))),
    Action.WAIVE_CONFIRM: AuthorityRule(
        who=Eligibility(own_team=TeamRole.MANAGER), differs_from=_REQUESTER, reason_required=True
    ),
    Action.ACTIVATE_POLICY: AuthorityRule(
        who=Eligibility(any_team=TeamRole.MANAGER),
        differs_from=frozenset({Party.PROPOSER}),
        gains_nothing=True,
        reason_required=True,
    ),
    Action.VERDICT: AuthorityRule(
        who=Eligibility(own_team=TeamRole.SENIOR, also=_SECOND_LINE), differs_from=_REQUESTER
    ),
    Action.HOLD_PLACE: AuthorityRule(who=Eligibility(any_team=TeamRole.RELEASER, also=_SECOND_LINE)),
    Action.HOLD_LIFT_OWN: AuthorityRule(
        who=Eligibility(any_team=TeamRole.RELEASER, also=_SECOND_LINE), same_as=frozenset({Party.PLACER})
    ),
    Action.HOLD_ABSOLUTE: AuthorityRule(who=Eligibility(any_team=TeamRole.MANAGER, also=_SECOND_LINE)),
    Action.CLOSE_REVIEW: AuthorityRule(
        who=Eligibility(own_team=TeamRole.MANAGER),
        differs_from=frozenset({Party.DECLARER, Party.APPROVER}),
        reason_required=True,
    ),
    Action.WAIVE_MIGRATION: AuthorityRule(
        who=Eligibility(own_team=TeamRole.MANAGER),
        differs_from=frozenset({Party.AUTHOR, Party.REQUESTER}),
        reason_required=True,
    ),
    Action.RETRY_BAD_VERSION: AuthorityRule(who=Eligibility(own_team=TeamRole.SENIOR), reason_required=True),
    Action.READ_SECURITY: AuthorityRule(who=Eligibility(also=frozenset({Duty.DISCLOSURE}))),
    Action.BREAK_LEASE: SECOND_LINE_AND_MANAGER,
    Action.QUARANTINE_ACTIVITY: SECOND_LINE_AND_MANAGER,
    Action.SETTLE_ACTIVITY: SECOND_LINE_AND_MANAGER,
}


def a_person(person_id: str, **teams: TeamRole) -> Person:
    """Somebody with these roles."""
    return Person(id=person_id, name=person_id.capitalize(), teams=teams)


def people(*without: str) -> People:
    """Releasers rita and rob, seniors sam and sue, manager mona of team ordering; seniors selma of forms; others."""
    everybody = [
        a_person("rita", ordering=TeamRole.RELEASER),
        a_person("rob", ordering=TeamRole.RELEASER),
        a_person("sam", ordering=TeamRole.SENIOR),
        a_person("sue", ordering=TeamRole.SENIOR),
        a_person("mona", ordering=TeamRole.MANAGER),
        a_person("selma", forms=TeamRole.SENIOR),
        Person(id="lena", name="Lena", second_line=True),
        Person(id="dora", name="Dora", disclosure=True),
        a_person("pat"),
    ]
    return People(by_id={person.id: person for person in everybody if person.id not in without})


def platform_rules(*, request_minutes: int = 60, grant_minutes: int = 60, **changes: Any) -> Platform:
    """Always open; approvals and questions live an hour."""
    life = ApprovalLife(request_minutes=request_minutes, grant_minutes=grant_minutes)
    rules: dict[str, Any] = {
        "time_zone": "Europe/London",
        "environments": {
            role.value: EnvironmentSettings(name=role.value, role=role, label=role.value) for role in StageRole
        },
        "authority": AUTHORITY,
        "window": ReleaseWindow(days=ALL_DAY),
        "approval_life": {PREPROD: life, PROD: life},
        "smoke_hosts": ("service",),
    }
    return Platform(**{**rules, **changes})


def calendar(rules: Platform, holidays: Mapping[date, str] | None = None) -> Calendar:
    """The window of these rules in time, with these bank holidays."""
    return Calendar(window=rules.window, zone=ZoneInfo(rules.time_zone), holidays=(holidays or {}).get)


def a_stage(role: StageRole, **changes: Any) -> StageDefinition:
    """A stage with a fake target and one check."""
    suite = SmokeSuite(url="http://service", checks=(SmokeCheck(name="answers", path="/"),))
    values: dict[str, Any] = {
        "role": role,
        "environment": role.value,
        "target": TargetSettings(kind="fake"),
        "smoke": suite,
    }
    return StageDefinition(**{**values, **changes})


def a_service(
    name: str = "orders",
    *,
    database: bool = False,
    dev: bool = True,
    depends_on: tuple[str, ...] = (),
    repository: Repository | None = None,
    rehearsal: RehearsalSettings | None = None,
) -> Service:
    """A service of team ordering; with a database of its own in each environment, or without Dev."""
    stages = {
        role: a_stage(
            role,
            migrations=MigrationSettings(connection=f"{name}_{role.value}", rehearsal=rehearsal or RehearsalSettings())
            if database
            else None,
            repository=repository,
        )
        for role in StageRole
    }
    if not dev:
        absent = NotApplicable(because="it has none", agreed_by="mona")
        stages[DEV] = a_stage(DEV, target=None, smoke=None, not_applicable=absent)
    return Service(
        name=name,
        team="ordering",
        description="takes orders",
        stages=stages,
        depends_on=depends_on,
        repository=repository,
    )


def outside_service(name: str, profile: Profile, **live: Any) -> Service:
    """A service of team ordering that is changed outside: only live is known of it."""
    absent = NotApplicable(because="it has none", agreed_by="mona")
    by = ActedBy.PIPELINE if profile is Profile.STATIC_APP else ActedBy.PERSON
    stages = {role: a_stage(role, target=None, smoke=None, not_applicable=absent) for role in (DEV, PREPROD)}
    prod = {"target": None, "act": ActSettings(by=by), **live}
    return Service(
        name=name,
        team="ordering",
        description="changed outside",
        profile=profile,
        stages={**stages, PROD: a_stage(PROD, **prod)},
    )
