"""What Slipway refuses, as HTTP. Bugs are not translated: they stay 500, with their traceback in the log."""

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse

from slipway.domain.errors import DatabaseUnavailableError, NotFoundError, RefusedError, SlipwayError


def translate(_: Request, error: Exception) -> JSONResponse:
    """`{code, message}` with the status that the error means."""
    assert isinstance(error, SlipwayError), "registered for these only"
    status, code = _meaning(error)
    return JSONResponse({"code": code, "message": str(error)}, status)


def _meaning(error: SlipwayError) -> tuple[HTTPStatus, str]:
    match error:
        case RefusedError():
            return HTTPStatus.FORBIDDEN, error.code
        case NotFoundError():
            return HTTPStatus.NOT_FOUND, "not_found"
        case DatabaseUnavailableError():
            return HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable"
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR, "error"
