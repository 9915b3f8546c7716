"""How and where a question of a release is answered, for whoever is told of it."""

from urllib.parse import quote

from slipway.domain.grant import Step
from slipway.domain.release import Attempt
from slipway.ports.outside import Link
from slipway.use_cases.world import World


def how_to_answer(attempt: Attempt, step: Step) -> str:
    """In words, for those who read no links."""
    return f"Answer in Airflow, or: slipway approve {attempt.release_id} {step}"


def where_to_answer(world: World, attempt: Attempt, step: Step) -> Link | None:
    """The page of the question in Airflow; None where nobody said at which address people reach it."""
    if not world.base_url:
        return None
    dag, run, task = (quote(part, safe="") for part in (attempt.dag_id, attempt.run_id, f"{step.role}.{step}"))
    url = f"{world.base_url.rstrip('/')}/dags/{dag}/runs/{run}/tasks/{task}/required_actions"
    return Link(label="Answer in Airflow", url=url)
