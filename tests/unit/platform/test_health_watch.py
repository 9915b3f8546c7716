"""A program that is alive but does nothing is started anew; one that cannot help it is left alone."""

from slipway.platform.health_watch import GRACE_SECONDS, HealthWatch


class Clinic:
    """Says what is unhealthy, and what time it is."""

    def __init__(self) -> None:
        self.sick: set[str] = set()
        self.now = 0.0
        self.watch = HealthWatch(lambda: self.sick, lambda: self.now)

    def after(self, seconds: float) -> list[str]:
        self.now += seconds
        self.watch.look()
        return list(self.watch.take_overdue())


def test_a_scheduler_that_stays_unhealthy_is_started_anew_once() -> None:
    clinic = Clinic()
    clinic.sick = {"scheduler"}

    assert clinic.after(0) == []
    assert clinic.after(GRACE_SECONDS - 1) == []
    assert clinic.after(1) == ["scheduler"]
    assert clinic.after(1) == []


def test_one_that_recovers_in_time_is_left_alone() -> None:
    clinic = Clinic()
    clinic.sick = {"triggerer"}
    clinic.after(0)
    clinic.sick = set()
    clinic.after(GRACE_SECONDS / 2)
    clinic.sick = {"triggerer"}

    assert clinic.after(GRACE_SECONDS / 2) == []


def test_nobody_is_blamed_while_the_database_is_away() -> None:
    clinic = Clinic()
    clinic.sick = {"metadatabase", "scheduler", "triggerer", "dag_processor"}
    clinic.after(0)

    assert clinic.after(GRACE_SECONDS * 2) == []
    clinic.sick = {"scheduler"}
    assert clinic.after(1) == []
    assert clinic.after(GRACE_SECONDS) == ["scheduler"]


def test_a_dag_processor_that_writes_many_services_is_left_alone() -> None:
    clinic = Clinic()
    clinic.sick = {"dag_processor"}
    clinic.after(0)

    assert clinic.after(GRACE_SECONDS * 5) == []
