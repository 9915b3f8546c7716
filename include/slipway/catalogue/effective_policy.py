"""The part of the policy that a grant for one service and environment rests on; grants carry its hash.

Left out on purpose, because a change there must not void other people's grants: other services, other teams,
bank holidays, and people whose part is only that of another team or of second line. Those are judged one by
one, as persons, whenever a grant is counted.
"""

from collections.abc import Mapping

from slipway.domain.errors import NotFoundError
from slipway.domain.json_value import JsonObject, JsonValue
from slipway.domain.platform import Action, AuthorityRule, Catalogue, Eligibility, Platform
from slipway.domain.service import Service, StageDefinition, StageRole

ROWS: Mapping[StageRole, tuple[Action, ...]] = {
    StageRole.DEV: (Action.REQUEST_RELEASE, Action.RETRY_BAD_VERSION),
    StageRole.PREPROD: (Action.REQUEST_RELEASE, Action.RETRY_BAD_VERSION, Action.APPROVE_PREPROD),
    StageRole.PROD: (
        Action.REQUEST_RELEASE,
        Action.RETRY_BAD_VERSION,
        Action.AUTHORISE_PROD,
        Action.SIGN_OFF_PROD,
        Action.CONFIRM,
        Action.VERDICT,
    ),
}
"""The rows of the authority table that decide whether a stage of this role may go ahead and count."""


def effective_policy(catalogue: Catalogue, service: Service, environment: str) -> JsonObject:
    """The policy as JSON, for `policy_hash`. NotFoundError where the service has no such environment."""
    stage = _stage(service, environment)
    platform = catalogue.platform
    return {
        "service": service.name,
        "team": service.team,
        "product_owner": service.product_owner,
        "environment": environment,
        "role": stage.role.value,
        "not_applicable": stage.not_applicable is not None,
        "authority": {action.value: _rule(platform.rule(action)) for action in ROWS[stage.role]},
        "people": _members(catalogue, service),
        "window": _window(platform) if stage.role.on_live_path else None,
        "lives": _lives(platform, stage.role),
    }


def _stage(service: Service, environment: str) -> StageDefinition:
    for stage in service.stages.values():
        if stage.environment == environment:
            return stage
    known = ", ".join(stage.environment for stage in service.stages.values())
    raise NotFoundError(f"`{service.name}` has no environment `{environment}`; it has {known}")


def _members(catalogue: Catalogue, service: Service) -> dict[str, JsonValue]:
    people = catalogue.people.by_id
    members: dict[str, JsonValue] = {
        person.id: person.teams[service.team].value for person in people.values() if service.team in person.teams
    }
    return members


def _rule(rule: AuthorityRule) -> JsonObject:
    return {
        "who": _who(rule.who),
        "second": _who(rule.second) if rule.second else None,
        "differs_from": sorted(rule.differs_from),
        "same_as": sorted(rule.same_as),
        "one_of_own_team": sorted(rule.one_of_own_team),
        "reason_required": rule.reason_required,
        "gains_nothing": rule.gains_nothing,
    }


def _who(who: Eligibility) -> JsonObject:
    return {"own_team": who.own_team, "any_team": who.any_team, "also": sorted(who.also)}


def _window(platform: Platform) -> JsonObject:
    days = {day.name.lower(): [window.opens, window.closes] for day, window in platform.windows.items()}
    return {"time_zone": platform.time_zone, "days": days}


def _lives(platform: Platform, role: StageRole) -> JsonObject | None:
    life = platform.approval_life.get(role)
    if life is None:
        return None
    return {"request_minutes": life.request_minutes, "grant_minutes": life.grant_minutes}
