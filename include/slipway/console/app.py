"""The FastAPI application that Airflow mounts at `/slipway`. Closed unless opened here: only health is."""

from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

from slipway.console import (
    acts,
    audits,
    break_glass,
    changes,
    confirmations,
    disclosures,
    findings,
    grants,
    health,
    migrations,
    next_attempts,
    pipelines,
    policy,
    reads,
    releases,
    reviews,
    rollbacks,
    service_tokens,
    support,
    tokens,
    two_people,
)
from slipway.console.errors import misunderstood, translate
from slipway.console.guards import csrf_guard, size_guard
from slipway.console.parts import Parts, signed_in
from slipway.domain.errors import SlipwayError


def create_app(parts: Parts | None = None, person: Callable[..., str] | None = None) -> FastAPI:
    """A new application; without arguments, that of a real API server with Airflow's sign-in."""
    if parts is None or person is None:
        from slipway.console.airflow_parts import airflow_parts, airflow_person  # noqa: PLC0415 - tests go without

        parts, person = parts or airflow_parts(), person or airflow_person
    app = FastAPI(title="Slipway", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(size_guard)])
    app.state.parts = parts
    app.dependency_overrides[signed_in] = person
    app.add_exception_handler(SlipwayError, translate)
    app.add_exception_handler(RequestValidationError, misunderstood)
    app.add_exception_handler(HTTPException, next_attempts.to_the_sign_in)
    people = APIRouter(dependencies=[Depends(signed_in), Depends(csrf_guard)])
    people.include_router(reads.router, prefix="/api")
    people.include_router(changes.router, prefix="/api")
    people.include_router(releases.router, prefix="/api")
    people.include_router(rollbacks.router, prefix="/api")
    people.include_router(acts.router, prefix="/api")
    people.include_router(service_tokens.router, prefix="/api")
    people.include_router(two_people.router, prefix="/api")
    people.include_router(break_glass.router, prefix="/api")
    people.include_router(policy.router, prefix="/api")
    people.include_router(reviews.router, prefix="/api")
    people.include_router(findings.router, prefix="/api")
    people.include_router(migrations.router, prefix="/api")
    people.include_router(disclosures.router, prefix="/api")
    people.include_router(support.router, prefix="/api")
    people.include_router(confirmations.router, prefix="/api")
    people.include_router(tokens.router)
    people.include_router(next_attempts.router)
    people.include_router(_docs(app))
    app.include_router(health.router)
    app.include_router(grants.router, prefix="/api")
    app.include_router(audits.router, prefix="/api")
    app.include_router(pipelines.router, prefix="/api")
    app.include_router(people)
    return app


def _docs(app: FastAPI) -> APIRouter:
    """The pages that describe this interface; they load nothing from elsewhere."""
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    def openapi() -> dict[str, Any]:
        """The description of this interface."""
        return app.openapi()

    @router.get("/docs")
    def docs() -> HTMLResponse:
        """The same to read and try."""
        return get_swagger_ui_html(
            openapi_url="openapi.json",
            title="Slipway",
            swagger_js_url="docs/swagger-ui-bundle.js",
            swagger_css_url="docs/swagger-ui.css",
            swagger_favicon_url="data:,",
        )

    for name, where in _SWAGGER.items():
        router.add_api_route(f"/docs/{name}", partial(_shipped, where), response_class=FileResponse)
    return router


_SWAGGER = {"swagger-ui-bundle.js": "js/swagger-ui-bundle.js", "swagger-ui.css": "css/swagger/swagger-ui.css"}
"""The parts of Swagger UI, as Flask-AppBuilder ships them."""


def _shipped(where: str) -> FileResponse:
    return FileResponse(Path(str(files("flask_appbuilder"))) / "static" / "appbuilder" / where)
