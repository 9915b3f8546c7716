"""What a refusal of Airflow's REST interface means, in words that say what to do."""

from http import HTTPStatus
from typing import Any

import httpx

from slipway.domain.errors import HeldBackError, NotFoundError, RefusedError, Remedy, SlipwayError


class AirflowUnreachableError(SlipwayError):
    """Nothing answers there."""

    remedy = Remedy.RETRY


class SignInError(SlipwayError):
    """Nobody is signed in, or not any more."""


class ConflictError(SlipwayError):
    """It has been done already, by this account or another."""


class AirflowRestError(SlipwayError):
    """Any other refusal or failure."""


def unreachable(base_url: str, error: httpx.TransportError) -> AirflowUnreachableError:
    """The error for a server that does not answer."""
    return AirflowUnreachableError(
        f"nothing answers at {base_url} ({type(error).__name__}): start the platform with `make up`, "
        "or name the right address in SLIPWAY_URL"
    )


def accepted(answer: httpx.Response) -> httpx.Response:
    """The answer itself if it is a success. Raises the error that its status means."""
    if not answer.is_error:
        return answer
    code, said = _said(answer)
    asked = f"{answer.request.method} {answer.request.url.path}"
    match answer.status_code:
        case HTTPStatus.UNAUTHORIZED:
            raise SignInError("you are not signed in, or not any more: run `slipway login`")
        case HTTPStatus.FORBIDDEN:
            raise RefusedError(code or "forbidden", said or f"you may not {asked}")
        case HTTPStatus.NOT_FOUND:
            raise NotFoundError(said or f"there is nothing at {asked}")
        case HTTPStatus.CONFLICT if code == HeldBackError.code:
            raise HeldBackError(said)
        case HTTPStatus.CONFLICT:
            raise ConflictError(f"it was done already: {said}")
        case _:
            raise AirflowRestError(f"{asked} failed ({answer.status_code}): {said}")


def _said(answer: httpx.Response) -> tuple[str | None, str]:
    """The code, where Slipway answered, and the words."""
    try:
        body: Any = answer.json()
    except ValueError:
        return None, answer.text[:500]
    if isinstance(body, dict) and "message" in body:
        return body.get("code"), str(body["message"])
    detail = body.get("detail", body) if isinstance(body, dict) else body
    if isinstance(detail, dict):
        return None, "; ".join(str(value) for value in detail.values())
    if isinstance(detail, list):
        return None, "; ".join(_problem(one) for one in detail)
    return None, str(detail)


def _problem(one: Any) -> str:
    """One finding of request validation."""
    if not isinstance(one, dict):
        return str(one)
    where = ".".join(str(part) for part in one.get("loc", ()) if part != "body")
    return f"{where}: {one.get('msg', one)}" if where else str(one.get("msg", one))
