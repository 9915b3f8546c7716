"""Smoke requests through Airflow's HTTP provider."""

import time

import pytest

from slipway.adapters.probes.expectations import Response
from slipway.adapters.probes.http_probe import NoAnswerError, Request
from slipway.airflow_edge.http_send import make_hook_send
from tests.fakes.deploy_endpoint import Answer, DeployEndpoint
from tests.fakes.service_process import free_port

pytestmark = pytest.mark.airflow


def test_the_hook_sends_once_and_brings_the_answer_back_whatever_its_status() -> None:
    with DeployEndpoint(lambda method, path, body: (503, {"got": [method, path, body]})) as endpoint:
        response = make_hook_send()(
            Request(
                method="POST",
                url=f"{endpoint.url}/tea?hot=1",
                headers={"X-Tea": "green"},
                body={"milk": False},
                seconds=5,
            )
        )
        ((_, _, _, headers),) = endpoint.asked
    assert headers["X-Tea"] == "green"
    assert response == Response(status=503, text='{"got": ["POST", "/tea?hot=1", {"milk": false}]}')


def test_a_get_has_no_body() -> None:
    with DeployEndpoint(lambda method, path, body: (200, {"got": body})) as endpoint:
        assert make_hook_send()(Request(method="GET", url=f"{endpoint.url}/", seconds=5)).text == '{"got": null}'


def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(NoAnswerError, match="refused"):
        make_hook_send()(Request(method="GET", url=f"http://127.0.0.1:{free_port()}/", seconds=2))


def test_the_time_out_holds() -> None:
    def slowly(method: str, path: str, body: object) -> Answer:
        time.sleep(1.5)
        return 200, {}

    with DeployEndpoint(slowly) as endpoint, pytest.raises(NoAnswerError, match=r"[Tt]ime"):
        make_hook_send()(Request(method="GET", url=f"{endpoint.url}/", seconds=0.3))
