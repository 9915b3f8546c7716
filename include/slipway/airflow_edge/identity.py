"""Who makes a request, by the token that Airflow itself verifies."""

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from jwt import InvalidTokenError
from starlette.requests import Request


async def identify(request: Request) -> str | None:
    """The person of a verified token, read where Airflow reads it; headers that merely claim don't count."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    token = credentials if scheme.lower() == "bearer" else request.cookies.get(COOKIE_NAME_JWT_TOKEN)
    if not token:
        return None
    try:
        user = await get_auth_manager().get_user_from_token(token)
    except InvalidTokenError:
        return None
    return str(user.get_name())
