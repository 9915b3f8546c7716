"""Whether a person may have a run started at all: whoever may not is told at once, and fills no queue (R12, R18).

The run itself decides the same again, and all the rest. Without this door a stranger's runs would end refused too, but
each one after its turn, and a rescue would wait behind them.
"""

from slipway.domain.audit import service_of_dag
from slipway.domain.authority import Matter, why_not
from slipway.domain.platform import Action
from slipway.domain.rollback import ROLLBACK_DAG
from slipway.domain.two_people import why_not_one_of_two
from slipway.ports.store import ReleaseStore
from slipway.use_cases.change_stages import CHANGE_DAG


def why_not_start(
    store: ReleaseStore, dag_id: str, named: str | None, person_id: str, *, is_person: bool = False
) -> str | None:
    """None also where it is not known here: a machine, a new service. `named`: the service in the form, if any.
    `is_person`: it is no machine, so whoever is in no list of people may not.

    Raises DatabaseUnavailableError."""
    service = named if dag_id in {ROLLBACK_DAG, CHANGE_DAG} else service_of_dag(dag_id)
    with store.transaction() as tx:
        policy = tx.policy()
    owner = policy.services.get(service or "")
    person = policy.people.find(person_id)
    if owner is None or (person is None and not is_person):
        return None
    matter = Matter(team=owner.team, product_owner=owner.product_owner)
    verb, action = ("roll back", Action.ROLLBACK) if dag_id == ROLLBACK_DAG else ("release", Action.REQUEST_RELEASE)
    refusal = why_not(policy.platform.rule(action), person, matter, policy.people)
    if refusal is not None and action is Action.ROLLBACK:
        elsewhere = policy.platform.rule(Action.ROLLBACK_ELSEWHERE)
        refusal = why_not_one_of_two(elsewhere, person_id, matter, policy.people) and refusal
    return None if refusal is None else f"{person_id} may not {verb} {service}: {refusal}"
