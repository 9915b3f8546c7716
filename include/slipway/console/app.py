"""The FastAPI application that Airflow mounts at `/slipway`."""

from fastapi import FastAPI


def create_app() -> FastAPI:
    """A new application; Airflow's sign-in is asked for by each router, health is open."""
    app = FastAPI(title="Slipway", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    def health() -> dict[str, str]:
        """Whether the API server serves Slipway."""
        return {"status": "healthy"}

    return app
