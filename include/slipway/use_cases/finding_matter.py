"""Who decides about an unauthorised change: the team that owns the service; seniors and managers of any where none."""

from slipway.domain.authority import Matter, in_matter_of
from slipway.domain.open_finding import LoggedFinding
from slipway.domain.platform import Action, AuthorityRule
from slipway.ports.values import PolicyInEffect


def finding_matter(policy: PolicyInEffect, finding: LoggedFinding, action: Action) -> tuple[AuthorityRule, Matter]:
    """The row as it counts for this finding, and what the finding is about."""
    owner = policy.services.get(finding.entry.service or "")
    team = None if owner is None else owner.team
    return in_matter_of(team, policy.platform.rule(action)), Matter(team=team, about=f"finding {finding.seq}")
