"""When the nightly deploy to Dev is due: Airflow's own cron timetable, read once for each expression.

Airflow decodes a DAG's timetable some seventeen times while it writes the DAG, and each time puts the cron expression
into words anew. A timetable never changes, so every DAG of the same expression shares one.
"""

from functools import cache
from typing import Any

from airflow.timetables.trigger import CronTriggerTimetable


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
    return Nightly(expression, timezone=zone)
