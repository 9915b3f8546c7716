"""What of the policy in effect concerns one team and environment: grants carry its hash and lapse when it changes."""

from dataclasses import asdict

from slipway.domain.json_value import JsonObject, sha256_of
from slipway.domain.platform import Action, Eligibility, Platform
from slipway.domain.service import StageRole

ROWS = {
    StageRole.DEV: (Action.REQUEST_RELEASE,),
    StageRole.PREPROD: (Action.REQUEST_RELEASE, Action.APPROVE_PREPROD),
    StageRole.PROD: (Action.REQUEST_RELEASE, Action.AUTHORISE_PROD, Action.SIGN_OFF_PROD),
}
"""The rows of the authority table that decide whether a grant for a stage of this role counts."""


def effective_policy_hash(platform: Platform, team: str, environment: str) -> str:
    """Hex SHA-256; the same as long as nothing that concerns this team and environment changes."""
    known = platform.effective_hashes
    if (team, environment) not in known:
        known[team, environment] = sha256_of(effective_policy(platform, team, environment))
    return known[team, environment]


def effective_policy(platform: Platform, team: str, environment: str) -> JsonObject:
    """The rules who may do what, and how long an approval lives.

    Windows and people are left out on purpose: the permit judges both anew at its instant, so a new bank holiday or a
    new colleague voids nobody's grant.
    """
    settings = platform.environments.get(environment)
    rows = ROWS[settings.role] if settings else ()
    life = platform.approval_life.get(settings.role) if settings else None
    return {
        "environment": environment,
        "team": team,
        "role": settings.role.value if settings else None,
        "life": asdict(life) if life else None,
        "authority": {
            action.value: {
                "who": _who(rule.who),
                "second": _who(rule.second) if rule.second else None,
                "differs_from": sorted(rule.differs_from),
                "one_of_own_team": sorted(rule.one_of_own_team),
                "same_as": sorted(rule.same_as),
            }
            for action, rule in ((action, platform.rule(action)) for action in rows)
        },
    }


def _who(who: Eligibility) -> JsonObject:
    return {"own_team": who.own_team, "any_team": who.any_team, "also": sorted(who.also)}
