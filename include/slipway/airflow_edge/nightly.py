"""When the nightly deploy to Dev is due: Airflow's own cron timetable, read once for each expression.

Airflow decodes a DAG's timetable some seventeen times while it writes the DAG, and each time puts the cron expression
into words anew. A timetable never changes, so every DAG of the same expression shares one.
"""

from datetime import timedelta
from functools import cache
from typing import Any

from airflow.timetables.trigger import CronTriggerTimetable

_FOR_THE_NEXT_NIGHT = timedelta()
"""A new DAG waits for its first night. Airflow's default is that it makes up for one that is less than a tenth of the
time ago: a platform that is set up at four in the morning would deploy every service to Dev at once."""


class Nightly(CronTriggerTimetable):
    """Made by `nightly` only. Airflow finds the class by its name, through the plugin."""

    def serialize(self) -> dict[str, Any]:
        """What `deserialize` asks for."""
        whole = super().serialize()
        return {"expression": whole["expression"], "timezone": whole["timezone"]}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> "Nightly":
        """The shared timetable."""
        return nightly(data["expression"], data["timezone"])


@cache
def nightly(expression: str, zone: str) -> Nightly:
    """The one timetable of this expression in this time zone."""
    return Nightly(expression, timezone=zone, run_immediately=_FOR_THE_NEXT_NIGHT)
