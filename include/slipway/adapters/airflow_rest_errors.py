"""What a refusal of Airflow's REST interface means, in words that say what to do."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from slipway.adapters.plain_words import problem, refused_by_form
from slipway.domain.errors import HeldBackError, NotFoundError, RefusedError, Remedy, SlipwayError
from slipway.domain.grant import PLATFORM_ACCOUNT

FORBIDDEN = "Forbidden"
"""All that Airflow says to whose role does not let them."""


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
    code, said = said_in(answer)
    asked = f"{answer.request.method} {answer.request.url.path}"
    match answer.status_code:
        case HTTPStatus.UNAUTHORIZED:
            raise SignInError("you are not signed in, or not any more: run `slipway login`")
        case HTTPStatus.FORBIDDEN:
            if code is None and said in {"", FORBIDDEN}:
                said = f"you may not do that: Airflow lets your account not {asked}. That you tried is in the log"
            raise RefusedError(code or "forbidden", said)
        case HTTPStatus.NOT_FOUND:
            raise NotFoundError(said or f"there is nothing at {asked}")
        case HTTPStatus.CONFLICT if code == HeldBackError.code:
            raise HeldBackError(said)
        case HTTPStatus.CONFLICT:
            raise ConflictError(f"it was done already: {said}")
        case HTTPStatus.BAD_REQUEST | HTTPStatus.UNPROCESSABLE_ENTITY:
            raise AirflowRestError(f"this was not accepted: {said}")
        case _:
            raise AirflowRestError(f"{asked} failed ({answer.status_code}): {said}")


def refuse_a_stranger(answer: httpx.Response, asked: Mapping[str, Any]) -> None:
    """Says whom a question was put to, instead of Airflow's words. Raises RefusedError, ConflictError."""
    task = asked["task_instance"]["task_id"]
    if answer.status_code == HTTPStatus.CONFLICT:
        raise ConflictError(f"{task} was answered in the meantime: `slipway log list` says by whom")
    code, said = said_in(answer)
    if answer.status_code == HTTPStatus.FORBIDDEN and code is None and ("respondent" in said or said == FORBIDDEN):
        people = [one["name"] for one in asked.get("assigned_users") or () if one["id"] != PLATFORM_ACCOUNT]
        raise RefusedError(
            "not_asked_of_you",
            f"{task} is not asked of you, so nothing was answered; asked are {', '.join(people) or 'others'}."
            " That you tried is in the log",
        )


def said_in(answer: httpx.Response) -> tuple[str | None, str]:
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
        return None, "; ".join(problem(one) if isinstance(one, dict) else str(one) for one in detail)
    return None, refused_by_form(str(detail)) or str(detail)
