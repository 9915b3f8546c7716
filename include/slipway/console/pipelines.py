"""What build pipelines of static apps ask and report by REST, with a service token; no person comes this way (R10)."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, status
from fastapi.routing import APIRoute
from pydantic import Field
from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import Scope

from slipway.console.changes import Body
from slipway.console.parts import UsedParts
from slipway.console.texts import Name, Text, What
from slipway.domain.change import ChangeSort, OutsideChange
from slipway.domain.json_value import JsonObject
from slipway.domain.same_site import bearer
from slipway.domain.service_token import PREFIX
from slipway.domain.text_limits import MOST_AUTHORS
from slipway.use_cases.act_matter import Reporter
from slipway.use_cases.ask_change import AskedChange, ask_change
from slipway.use_cases.know_pipeline import know_pipeline
from slipway.use_cases.report_change import Phase, Report, change_state, report_change


class ForServiceTokens(APIRoute):
    """Only there for whoever shows a service token: others find what people are answered at the same address."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As its path says, where there is such a token."""
        if not (bearer(Headers(scope=scope)) or "").startswith(PREFIX):
            return Match.NONE, {}
        return super().matches(scope)


router = APIRouter()
asking = APIRouter(route_class=ForServiceTokens)


class NewChange(Body):
    """A build that is to go live. `key` names this request: repeated, it gives the same answer.

    `tested`: where this build was looked at and what was seen; else `untested_because`, which a manager must agree to.
    """

    key: Name
    service: Name
    version: Name
    digest: Name
    what: What
    where: What
    rollback_plan: Text
    authors: list[Name] = Field(max_length=MOST_AUTHORS)
    tested: Text = ""
    untested_because: Text = ""
    ticket: Name | None = None
    fixes: Name | None = None


class NewReport(Body):
    """`started` before anything is touched; after it `done`, `undone` (what was before is back) or `failed`."""

    key: Name
    phase: Phase
    seen: Text = ""


def known_pipeline(request: Request, parts: UsedParts) -> Reporter:
    """Whose pipeline it is, by its token."""
    secret = bearer(request.headers)
    if secret is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "this is for pipelines: send a service token")
    return know_pipeline(parts.world(), secret)


Pipeline = Annotated[Reporter, Depends(known_pipeline)]


@router.post("/changes", status_code=status.HTTP_202_ACCEPTED)
def new_change(body: NewChange, who: Pipeline, parts: UsedParts) -> JsonObject:
    """Asks first; people decide. The answer names the change."""
    change = OutsideChange(
        sort=ChangeSort.STATIC_APP,
        what=body.what,
        where=body.where,
        tested=body.tested,
        untested_because=body.untested_because,
        built=body.version,
        built_digest=body.digest,
    )
    asked = AskedChange(
        service=body.service,
        change=change,
        rollback_plan=body.rollback_plan,
        authors=body.authors,
        key=body.key,
        ticket=body.ticket,
        fixes=body.fixes,
    )
    return ask_change(parts.world(), who, asked)


@asking.get("/changes/{release_id}")
def one_change(release_id: Name, who: Pipeline, parts: UsedParts) -> JsonObject:
    """Whether the pipeline may begin now, until when, and what stands in the way."""
    return change_state(parts.world(), who, release_id)


@router.post("/changes/{release_id}/result")
def result(release_id: Name, body: NewReport, who: Pipeline, parts: UsedParts) -> JsonObject:
    """Reports the start, which is when the permit is given, and the result."""
    return report_change(parts.world(), who, release_id, Report(**body.model_dump()))


router.include_router(asking)
