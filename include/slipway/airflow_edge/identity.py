"""Who makes a request, by the token that Airflow itself verifies, by the platform's own, or by a pipeline's."""

import asyncio
import hmac
import os

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from jwt import InvalidTokenError
from starlette.requests import Request

from slipway.airflow_edge.request_record import Requester
from slipway.domain.errors import DatabaseUnavailableError
from slipway.domain.service_token import PREFIX
from slipway.ports.store import ReleaseStore
from slipway.use_cases.know_pipeline import whose_token
from slipway.wiring import make_store

TASK = Requester(id="platform", via="task")
"""Whoever has the internal token: tasks of the platform, which may only have answers and audits looked at."""


async def identify(request: Request) -> Requester | None:
    """The person of a verified token, read where Airflow reads it; headers that merely claim don't count."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    token = credentials if scheme.lower() == "bearer" else request.cookies.get(COOKIE_NAME_JWT_TOKEN)
    if not token:
        return None
    if is_internal(token):
        return TASK
    if token.startswith(PREFIX):
        return await asyncio.to_thread(pipeline_of, make_store(), token)
    try:
        user = await get_auth_manager().get_user_from_token(token)
    except InvalidTokenError:
        return None
    return Requester(id=str(user.get_name()))


def pipeline_of(store: ReleaseStore, secret: str) -> Requester | None:
    """The pipeline whose service token it is. Where the database is away the recorder refuses the request itself."""
    try:
        actor = whose_token(store, secret)
    except DatabaseUnavailableError:
        return None
    return None if actor is None else Requester(id=actor.id, via=actor.via)


def is_internal(token: str) -> bool:
    """Whether this is the platform's internal token."""
    internal = os.environ.get("SLIPWAY_INTERNAL_TOKEN", "")
    return bool(internal) and hmac.compare_digest(token.encode(), internal.encode())
