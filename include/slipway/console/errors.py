"""What Slipway refuses, as HTTP. Bugs are not translated: they stay 500, with their traceback in the log."""

from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from slipway.adapters.plain_words import problem
from slipway.domain.errors import DatabaseUnavailableError, HeldBackError, NotFoundError, RefusedError, SlipwayError


def translate(_: Request, error: Exception) -> JSONResponse:
    """`{code, message}` with the status that the error means."""
    assert isinstance(error, SlipwayError), "registered for these only"
    status, code = _meaning(error)
    return JSONResponse({"code": code, "message": str(error)}, status)


def misunderstood(_: Request, error: Exception) -> JSONResponse:
    """`{code, message}` for a request that is not in the form that is asked for: everything wrong with it at once."""
    assert isinstance(error, RequestValidationError), "registered for these only"
    message = "; ".join(problem(one) for one in error.errors())
    return JSONResponse({"code": "not_understood", "message": message}, HTTPStatus.UNPROCESSABLE_ENTITY)


def _meaning(error: SlipwayError) -> tuple[HTTPStatus, str]:
    match error:
        case RefusedError():
            return HTTPStatus.FORBIDDEN, error.code
        case HeldBackError():
            return HTTPStatus.CONFLICT, error.code
        case NotFoundError():
            return HTTPStatus.NOT_FOUND, "not_found"
        case DatabaseUnavailableError():
            return HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable"
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR, "error"
