"""Connections from the environment, in Airflow's forms."""

import json

import pytest

from slipway.adapters.connections import EnvironmentConnections
from slipway.domain.errors import NotFoundError, SlipwayError
from tests.fakes.connections import FakeConnections

FORMS = [
    ("postgres://me:s%40fe@db.example:5433/orders", "postgresql+psycopg2://me:s%40fe@db.example:5433/orders"),
    ("postgresql+psycopg2://me@/orders?host=/run/pg", "postgresql+psycopg2://me@/orders?host=%2Frun%2Fpg"),
    ("postgres://me@%2Frun%2Fpg/orders", "postgresql+psycopg2://me@/orders?host=%2Frun%2Fpg"),
    ("postgres://me@db/orders?sslmode=require", "postgresql+psycopg2://me@db/orders?sslmode=require"),
    ("http://deploy.example:8080", "http://deploy.example:8080"),
    (
        json.dumps({"conn_type": "postgres", "login": "me", "password": "s@fe", "host": "db", "schema": "orders"}),
        "postgresql+psycopg2://me:s%40fe@db/orders",
    ),
    (
        json.dumps({"conn_type": "postgres", "host": "/run/pg", "schema": "orders", "port": 5433}),
        "postgresql+psycopg2://:5433/orders?host=%2Frun%2Fpg",
    ),
    (
        json.dumps({"conn_type": "postgres", "host": "db", "extra": '{"sslmode": "require"}'}),
        "postgresql+psycopg2://db?sslmode=require",
    ),
]


@pytest.mark.parametrize(("value", "url"), FORMS)
def test_each_form_gives_the_url(value: str, url: str) -> None:
    assert EnvironmentConnections({"AIRFLOW_CONN_ORDERS_DEV": value}).url("orders_dev") == url


def test_a_missing_connection_names_the_variable_to_set() -> None:
    with pytest.raises(NotFoundError, match="AIRFLOW_CONN_ORDERS_DEV"):
        EnvironmentConnections({}).url("orders_dev")


def test_a_missing_database_is_told_where_to_set_it_and_what_the_embedded_server_does() -> None:
    with pytest.raises(NotFoundError, match=r"shell of `make up`; `connections.env`.*`make down && make up` is enough"):
        EnvironmentConnections({}).url("orders_dev")
    with pytest.raises(NotFoundError, match=r"`connections.env` for containers\), and start it again. See docs"):
        EnvironmentConnections({}).http("github_default")


def test_the_fake_refuses_a_missing_connection_alike() -> None:
    with pytest.raises(NotFoundError, match="AIRFLOW_CONN_ORDERS_DEV"):
        FakeConnections({}).url("orders_dev")
    assert FakeConnections({"orders_dev": "postgresql://x"}).url("orders_dev") == "postgresql://x"


@pytest.mark.parametrize(
    "value", ["hunter22", '{"password": "hunter22"}', "{hunter22", "postgres://me:hunter22@db:port/x"]
)
def test_a_value_that_cannot_be_read_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(SlipwayError, match="AIRFLOW_CONN_ORDERS_DEV cannot be read") as caught:
        EnvironmentConnections({"AIRFLOW_CONN_ORDERS_DEV": value}).url("orders_dev")
    assert "hunter22" not in str(caught.value)


HTTP_FORMS = [
    ("http://:s%40fe@api.github.com/https", "https://api.github.com", "s@fe"),
    ("https://ghe.example:8443", "https://ghe.example:8443", None),
    ("http://127.0.0.1:4000", "http://127.0.0.1:4000", None),
    ("http://:t0ken@https%3A%2F%2Fapi.github.com", "https://api.github.com", "t0ken"),
    (
        json.dumps({"conn_type": "http", "host": "https://ghe.example/api/v3/", "password": "t0ken"}),
        "https://ghe.example/api/v3",
        "t0ken",
    ),
    (
        json.dumps({"conn_type": "http", "host": "ghe.example", "schema": "https", "port": 8443}),
        *(
            "https://ghe.example:8443",
            None,
        ),
    ),
]


@pytest.mark.parametrize(("value", "url", "token"), HTTP_FORMS)
def test_each_form_of_an_http_connection_gives_address_and_token(value: str, url: str, token: str | None) -> None:
    found = EnvironmentConnections({"AIRFLOW_CONN_GITHUB_DEFAULT": value}).http("github_default")
    assert (found.url, found.token) == (url, token)
    assert token is None or token not in repr(found)


@pytest.mark.parametrize(
    "value", ["postgres://me:hunter22@db/x", '{"conn_type": "http", "password": "hunter22"}', "http://hunter22@"]
)
def test_an_http_connection_that_is_none_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(SlipwayError, match=r"AIRFLOW_CONN_GITHUB_DEFAULT cannot be read.*api\.github\.com") as caught:
        EnvironmentConnections({"AIRFLOW_CONN_GITHUB_DEFAULT": value}).http("github_default")
    assert "hunter22" not in str(caught.value)
