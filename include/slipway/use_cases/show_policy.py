"""What is in effect, what is proposed, and what the catalogue on disk says otherwise."""

from collections.abc import Iterable

from slipway.domain.gained_rights import gains_of_activators
from slipway.domain.governed import Governed
from slipway.domain.json_value import JsonObject
from slipway.domain.policy_difference import differences
from slipway.ports.store import ReleaseStore
from slipway.ports.values import PolicyInEffect, Proposal
from slipway.use_cases.watch_catalogue import touches


def show_policy(store: ReleaseStore) -> JsonObject:
    """For REST, `--json` and the tables. Raises NotFoundError before the first activation."""
    with store.transaction() as tx:
        policy, activation, seen = tx.policy(), tx.policies.activation(), tx.policies.seen()
        assert activation is not None, "there is a policy"
        on_disk = seen or policy.governed
        return {
            "in_effect": {
                "digest": policy.digest,
                "activated_by": activation.activated_by,
                "at": activation.activated_at,
                "reason": activation.reason,
            },
            "proposed": [
                {**proposal_as_json(one), "gains": _gains(policy, one.governed, one.proposers)}
                for one in tx.policies.open_proposals()
            ],
            "on_disk": {
                "problems": list(tx.policies.unreadable()),
                "digest": on_disk.digest,
                "differences": list(differences(policy.governed, on_disk)),
                "holds_back": touches(policy.governed, on_disk),
                "gains": _gains(policy, on_disk, ()),
            },
        }


def _gains(policy: PolicyInEffect, after: Governed, proposers: Iterable[str]) -> dict[str, list[str]]:
    """Who may activate it and would gain rights by it."""
    found = gains_of_activators(policy.governed, after, proposers)
    return {person: list(rights) for person, rights in found.items() if rights}


def proposal_as_json(proposal: Proposal) -> JsonObject:
    """One proposal."""
    return {
        "digest": proposal.digest,
        "proposed_by": sorted(proposal.proposers),
        "at": proposal.proposed_at,
        "differences": list(proposal.differences),
    }
