"""Who makes a request, by the token that Airflow itself verifies, or by the platform's internal one."""

import hmac
import os

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from jwt import InvalidTokenError
from starlette.requests import Request

from slipway.airflow_edge.request_record import Requester

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
    try:
        user = await get_auth_manager().get_user_from_token(token)
    except InvalidTokenError:
        return None
    return Requester(id=str(user.get_name()))


def is_internal(token: str) -> bool:
    """Whether this is the platform's internal token."""
    internal = os.environ.get("SLIPWAY_INTERNAL_TOKEN", "")
    return bool(internal) and hmac.compare_digest(token.encode(), internal.encode())
