"""What people ask by REST to be released, or to go on: a run is started, as they would start it themselves (R8, R22).

It is started by a request of theirs to Airflow's own route, inside this server: Airflow knows them as who triggered it,
and recorder, door and rights see nothing but that request.
"""

from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, status
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from slipway.adapters.airflow_rest_errors import said_in
from slipway.adapters.database.overview import Overview
from slipway.adapters.own_server import post_as_asked
from slipway.console.changes import VIA, Body
from slipway.console.parts import Parts, Person, UsedParts
from slipway.console.texts import Name, Text, What
from slipway.domain.errors import NotFoundError
from slipway.domain.json_value import JsonObject
from slipway.domain.next_attempt import NextAttempt, name_of_run, next_attempt
from slipway.domain.release import ChangeKind, Origin
from slipway.domain.service import StageRole
from slipway.ports.values import Actor
from slipway.use_cases.attempt_request import AttemptRequest
from slipway.use_cases.look_at_request import look_at_request

router = APIRouter()
_TEXTS = (
    *("ticket", "fixes", "needs", "despite_bad", "for_team", "attended_by", "support", "proof_in", "contains"),
    *("summary", "rollback_plan"),
)
"""Of the form, by the names that a request has for them."""


class NewRelease(Body):
    """As the form of `release__<service>`: `fixes` a release, `needs` versions of other services (`service=version`),
    `contains` emergencies, `despite_bad` says why a version that is marked bad may be tried again.

    For `security` both texts are the reference under which they were filed (`POST disclosures`)."""

    service: Name
    version: Name
    summary: What
    rollback_plan: Text
    change_kind: ChangeKind = ChangeKind.STANDARD
    to: Literal["preprod", "prod"] = "prod"
    ticket: Name | None = None
    for_team: Name | None = None
    attended_by: Name | None = None
    support: Name | None = None
    problematic: bool | None = None
    fixes: Name | None = None
    needs: Text | None = None
    proof_in: Name | None = None
    contains: Name | None = None
    despite_bad: Text | None = None


class Retry(Body):
    """`version` left out: the last attempt's. `contains` and `despite_bad` as for a new release."""

    version: Name | None = None
    contains: Name | None = None
    despite_bad: Text | None = None


@router.post("/releases", status_code=status.HTTP_202_ACCEPTED, response_model=None)
async def new_release(
    body: NewRelease, request: Request, person: Person, parts: UsedParts
) -> JsonObject | JSONResponse:
    """Starts a run of the service's release DAG; `requests/{dag_id}/{run_id}` says what became of it."""
    conf = body.model_dump(mode="json", exclude={"service"}, exclude_none=True)
    form = NextAttempt(dag_id=f"release__{body.service}", service=body.service, version=body.version, conf=conf)
    return await _started(request, parts, person, form)


@router.post("/releases/{release_id}/retry", status_code=status.HTTP_202_ACCEPTED, response_model=None)
async def retry(
    release_id: Name, body: Retry, request: Request, person: Person, parts: UsedParts
) -> JsonObject | JSONResponse:
    """Starts the next attempt, of the same version or of what mends it; what is still proven is carried over."""
    form = await run_in_threadpool(_next_attempt, parts, release_id)
    conf = {**form.conf, **body.model_dump(mode="json", exclude_none=True)}
    form = NextAttempt(dag_id=form.dag_id, service=form.service, version=conf["version"], conf=conf)
    return await _started(request, parts, person, form, release_id)


def _next_attempt(parts: Parts, release_id: str) -> NextAttempt:
    with parts.store().transaction() as tx:
        found = Overview(tx.sql).release(release_id)
    if found is None:
        raise NotFoundError(f"there is no release {release_id}; `slipway status` lists them")
    return next_attempt(release_id, found)


async def _started(
    request: Request, parts: Parts, person: str, form: NextAttempt, release_id: str | None = None
) -> JsonObject | JSONResponse:
    run_id = name_of_run(form.service, form.version, datetime.now(tz=UTC))
    asked = _asked(form, run_id, person, release_id)
    await run_in_threadpool(lambda: look_at_request(parts.world(), asked))
    path = f"/api/v2/dags/{quote(form.dag_id, safe='')}/dagRuns"
    sent = {"dag_run_id": run_id, "logical_date": None, "conf": dict(form.conf)}
    answer = await post_as_asked(request.scope, request.headers, path, sent)
    if answer.is_error:
        code, words = said_in(answer)
        message = f"{form.dag_id} was not started: {words}"
        return JSONResponse({"code": code or "not_started", "message": message}, answer.status_code)
    where = f"/slipway/api/requests/{form.dag_id}/{run_id}"
    return {
        "release_id": release_id,
        "service": form.service,
        "version": form.version,
        "dag_id": form.dag_id,
        "run_id": run_id,
        "detail": f"{form.service} {form.version} is asked for: GET {where} says what became of it",
    }


def _asked(form: NextAttempt, run_id: str, person: str, release_id: str | None) -> AttemptRequest:
    """What the run will ask for, as far as it can be judged before."""
    said = form.conf
    more: dict[str, Any] = {name: said[name] for name in _TEXTS if said.get(name)}
    return AttemptRequest(
        service=form.service,
        dag_id=form.dag_id,
        run_id=run_id,
        origin=Origin.PERSON,
        actor=Actor(id=person, via=VIA),
        version=form.version,
        kind=ChangeKind(said["change_kind"]),
        to=StageRole(said.get("to", StageRole.PROD)),
        release_id=release_id,
        **more,
    )
