"""Hooks recorder, listener and console into Airflow. The only file here: Airflow imports each one."""

import logging
from typing import Any

from airflow.plugins_manager import AirflowPlugin

import slipway.airflow_edge.preload  # noqa: F401 - see there
from slipway.airflow_edge.listener import Observation, StateListener
from slipway.airflow_edge.nightly import Nightly
from slipway.airflow_edge.task_failures import record_failure

_LOG = logging.getLogger("slipway.corroboration")


def _note(seen: Observation) -> None:
    _LOG.info("%s", seen)


class SlipwayPlugin(AirflowPlugin):
    """Console and recorder are made only where the API server asks: tasks load this file too."""

    name = "slipway"
    listeners = [StateListener(_note, record_failure)]  # noqa: RUF012 - Airflow's own shape
    timetables = [Nightly]  # noqa: RUF012 - as above

    @property
    def fastapi_root_middlewares(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """The recorder of every changing request; who may frame a page; how often, and how many at once, may ask."""
        from airflow.configuration import conf  # noqa: PLC0415 - see above

        from slipway.airflow_edge.door import by_policy_and_number  # noqa: PLC0415 - see above
        from slipway.airflow_edge.frames import Frames  # noqa: PLC0415 - see above
        from slipway.airflow_edge.gate import Gate  # noqa: PLC0415 - see above
        from slipway.airflow_edge.identity import identify  # noqa: PLC0415 - see above
        from slipway.airflow_edge.patience import Patience  # noqa: PLC0415 - see above
        from slipway.airflow_edge.recorder import Recorder  # noqa: PLC0415 - see above
        from slipway.airflow_edge.release_kinds import ReleaseKinds  # noqa: PLC0415 - see above
        from slipway.airflow_edge.request_log import record_in_release_log  # noqa: PLC0415 - see above

        base_url = conf.get("api", "base_url", fallback="http://localhost:8080")
        kwargs = {
            "record": record_in_release_log,
            "identify": identify,
            "kinds": ReleaseKinds(),
            "may_not_start": by_policy_and_number,
            "base_url": base_url,
        }
        return [
            {"name": "Slipway recorder", "middleware": Recorder, "args": [], "kwargs": kwargs},
            {"name": "Slipway patience", "middleware": Patience, "args": [], "kwargs": {}},
            {"name": "Slipway frames", "middleware": Frames, "args": [], "kwargs": {}},
            {"name": "Slipway gate", "middleware": Gate, "args": [], "kwargs": {}},
        ]

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """The console and its REST interface."""
        from slipway.console.app import create_app  # noqa: PLC0415 - see above

        return [{"name": "Slipway", "app": create_app(), "url_prefix": "/slipway"}]
