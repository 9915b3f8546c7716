"""The nightly timetable is Airflow's own, but for being made once."""

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.airflow
CRON, ZONE = "30 2 * * 1-5", "Europe/London"


def test_it_is_read_back_as_the_same_object() -> None:
    from airflow.serialization.decoders import decode_timetable  # noqa: PLC0415 - seconds to import
    from airflow.serialization.encoders import encode_timetable  # noqa: PLC0415 - as above

    from slipway.airflow_edge.nightly import nightly  # noqa: PLC0415 - as above

    timetable = nightly(CRON, ZONE)
    assert decode_timetable(encode_timetable(timetable)) is timetable
    assert nightly(CRON, "UTC") is not timetable
    assert nightly("30 3 * * 1-5", ZONE) is not timetable


def test_it_runs_when_airflows_own_would() -> None:
    from airflow.timetables.base import DataInterval, TimeRestriction  # noqa: PLC0415 - as above
    from airflow.timetables.trigger import CronTriggerTimetable  # noqa: PLC0415 - as above

    from slipway.airflow_edge.nightly import nightly  # noqa: PLC0415 - as above

    ours, airflows = nightly(CRON, ZONE), CronTriggerTimetable(CRON, timezone=ZONE)
    assert (ours.summary, ours.description) == (airflows.summary, airflows.description)
    restriction = TimeRestriction(earliest=None, latest=None, catchup=True)
    last = DataInterval.exact(datetime(2026, 3, 26, 2, 30, tzinfo=UTC))
    for _ in range(10):  # over a week-end and the start of summer time
        due, wanted = (
            timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
            for timetable in (ours, airflows)
        )
        assert due == wanted
        assert due.run_after - last.end > timedelta(hours=20)
        last = due.data_interval


def test_a_new_dag_waits_for_its_first_night_also_an_hour_after_it_would_have_been_due() -> None:
    from airflow.timetables.base import TimeRestriction  # noqa: PLC0415 - seconds to import
    from airflow.timetables.trigger import CronTriggerTimetable  # noqa: PLC0415 - as above

    from slipway.airflow_edge.nightly import nightly  # noqa: PLC0415 - as above

    now = datetime.now(tz=UTC)
    an_hour_ago = now - timedelta(hours=1)
    cron = f"{an_hour_ago.minute} {an_hour_ago.hour} * * *"
    restriction = TimeRestriction(earliest=None, latest=None, catchup=False)
    ours, airflows = (
        timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
        for timetable in (nightly(cron, "UTC"), CronTriggerTimetable(cron, timezone="UTC"))
    )
    assert airflows.run_after < now
    assert ours.run_after > now


def test_the_plugin_makes_it_known_to_airflow() -> None:
    from airflow import plugins_manager  # noqa: PLC0415 - seconds to import

    from slipway.airflow_edge.nightly import Nightly  # noqa: PLC0415 - as above

    assert Nightly in plugins_manager.get_timetables_plugins().values()
