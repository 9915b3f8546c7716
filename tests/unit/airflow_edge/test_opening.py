"""What the form says reaches the request; a Dev run has no form."""

from types import SimpleNamespace
from typing import Any

from slipway.airflow_edge.opening import Open
from slipway.domain.release import Origin
from slipway.domain.service import StageRole
from slipway.use_cases.attempt_request import AttemptRequest

FORM = {
    "version": "1.3",
    "summary": "takes more orders",
    "rollback_plan": "back to 1.2",
    "change_kind": "standard",
    "to": "prod",
    "needs": "forms=2.1, greeter=1.0",
    "attended_by": "rob",
    "support": "3",
    "problematic": True,
    "proof_in": None,
    "contains": "r17",
    "despite_bad": "the check was wrong",
}


def asked(form: dict[str, Any], *, dev_only: bool) -> AttemptRequest:
    """What the task open asks for in a run that rita started with this form."""
    run = SimpleNamespace(dag_id="d", run_id="r", run_type="manual", triggering_user_name="rita")
    task = Open(task_id="open", service="orders", dev_only=dev_only)
    return task._request({"dag_run": run, "params": form, "triggering_asset_events": {}})


def test_a_release_asks_for_what_the_form_says() -> None:
    request = asked(FORM, dev_only=False)
    assert (request.version, request.origin, request.actor.id) == ("1.3", Origin.PERSON, "rita")
    assert (request.needs, request.despite_bad) == ("forms=2.1, greeter=1.0", "the check was wrong")
    assert (request.attended_by, request.for_team, request.support) == ("rob", None, "3")
    assert request.contains == "r17"
    assert request.extra == {"problematic": "true"}


def test_a_form_that_names_no_needs_has_none() -> None:
    assert asked({**FORM, "needs": None}, dev_only=False).needs == ""


def test_a_run_of_dev_asks_for_the_newest_version_whatever_the_form_says() -> None:
    request = asked(FORM, dev_only=True)
    assert (request.version, request.to, request.needs, request.extra) == (None, StageRole.DEV, "", {})
