"""The console's parts in a real API server."""

import os

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.configuration import conf

from slipway.catalogue.files import catalogue_folder
from slipway.console.airflow_memory import read_airflow
from slipway.console.hitl_answers import read_answer
from slipway.console.parts import Parts
from slipway.domain.errors import NotFoundError
from slipway.wiring import make_store, make_world


def airflow_parts() -> Parts:
    """Everything real; nothing is connected to yet."""
    return Parts(
        world=make_world,
        store=make_store,
        read_answer=read_answer,
        catalogue=catalogue_folder(os.environ),
        base_url=conf.get("api", "base_url", fallback="http://localhost:8080"),
        internal_token=os.environ.get("SLIPWAY_INTERNAL_TOKEN", ""),
        read_airflow=read_airflow,
        make_token=make_token,
    )


def make_token(person: str, seconds: int) -> str:
    """A token as Airflow's own sign-in gives one. Raises NotFoundError where the account is gone."""
    manager = get_auth_manager()
    user = manager.security_manager.find_user(username=person)
    if user is None or not user.is_active:
        raise NotFoundError(f"there is no account {person} any more")
    token: str = manager.generate_jwt(user, expiration_time_in_seconds=seconds)
    return token


def airflow_person(user: GetUserDep) -> str:
    """The user name that Airflow's sign-in vouches for: our person id. 401 for strangers."""
    name: str = user.get_name()
    return name
