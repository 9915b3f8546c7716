"""Who may do what by hand in Airflow, row by row, Admin and BreakGlass included."""

from types import SimpleNamespace
from typing import Any

import pytest

from slipway.airflow_edge.request_scope import request_path
from slipway.airflow_edge.roles import BREAK_GLASS, PERMISSIONS, READER

pytestmark = pytest.mark.airflow
RELEASE = "release__orders"


def opened_to(*people: str) -> Any:
    """The auth manager while break-glass is open to these."""
    from slipway.airflow_edge.auth_manager import SlipwayAuthManager  # noqa: PLC0415 - seconds to import

    class Opened(SlipwayAuthManager):
        @staticmethod
        def is_open_to(person: str) -> bool:
            return person in people

    return Opened()


@pytest.fixture(scope="module")
def manager() -> Any:
    return opened_to("greta")


@pytest.fixture(scope="module")
def details() -> Any:
    from airflow.api_fastapi.auth.managers.models import resource_details  # noqa: PLC0415 - as above

    return resource_details


class User:
    """A user as FAB hands it over: names of roles, and the permissions of all of them."""

    def __init__(self, name: str, *roles: str) -> None:
        self.name = name
        self.roles = [SimpleNamespace(name=role) for role in roles]
        self.perms = {permission for role in roles for permission in PERMISSIONS.get(role, ())}
        if "Admin" in roles:
            self.perms |= {
                (action, resource)
                for action in ("can_read", "can_create", "can_edit", "can_delete")
                for _, resource in (*PERMISSIONS[READER], *PERMISSIONS[BREAK_GLASS])
            }

    def get_name(self) -> str:
        return self.name


RITA = User("rita", READER, "Releaser", "Approver")
ADMIN = User("root", "Admin")
GLASS = User("greta", READER, BREAK_GLASS)
PLATFORM = User("platform", READER, "Platform")
PIPELINE = User("pipeline", READER, "Pipeline")
ORDINARY = [RITA, ADMIN, PLATFORM, PIPELINE]
EVERY_CHANGE = [
    (method, entity)
    for method in ("POST", "PUT", "DELETE")
    for entity in (None, "RUN", "TASK_INSTANCE", "XCOM", "TASK", "CODE", "VERSION", "HITL_DETAIL")
    if (method, entity) not in {("POST", "RUN"), ("PUT", "HITL_DETAIL")}
]


def _dag(manager: Any, details: Any, user: User, method: str, entity: str | None, dag_id: str | None) -> bool:
    access = details.DagAccessEntity[entity] if entity else None
    target = details.DagDetails(id=dag_id)
    allowed: bool = manager.is_authorized_dag(method=method, user=user, access_entity=access, details=target)
    return allowed


@pytest.mark.parametrize("dag_id", [RELEASE, "dev__orders", "roll_back", "record_change", "audit_live", "other", None])
@pytest.mark.parametrize(("method", "entity"), EVERY_CHANGE)
def test_nobody_changes_anything_by_hand_not_even_admin(
    manager: Any, details: Any, method: str, entity: str | None, dag_id: str | None
) -> None:
    assert [user.name for user in ORDINARY if _dag(manager, details, user, method, entity, dag_id)] == []


def test_break_glass_may_mark_clear_and_pause(manager: Any, details: Any) -> None:
    assert _dag(manager, details, GLASS, "PUT", "TASK_INSTANCE", RELEASE)
    assert _dag(manager, details, GLASS, "PUT", "RUN", RELEASE)
    assert _dag(manager, details, GLASS, "PUT", None, RELEASE)


def test_the_role_alone_opens_nothing(manager: Any, details: Any) -> None:
    over = opened_to("somebody else")
    for method, entity in EVERY_CHANGE:
        assert not _dag(over, details, GLASS, method, entity, RELEASE)
    for kind in ("variable", "connection"):
        for method in ("GET", "POST"):
            assert not getattr(over, f"is_authorized_{kind}")(method=method, user=GLASS)
            assert getattr(manager, f"is_authorized_{kind}")(method=method, user=GLASS)
    assert _dag(over, details, GLASS, "GET", "RUN", RELEASE), "it reads what everybody reads"


def test_only_for_the_role_is_it_asked(details: Any) -> None:
    from slipway.airflow_edge.auth_manager import SlipwayAuthManager  # noqa: PLC0415 - seconds to import

    asked: list[str] = []

    class Asked(SlipwayAuthManager):
        @staticmethod
        def is_open_to(person: str) -> bool:
            asked.append(person)
            return True

    for user in (*ORDINARY, GLASS):
        _dag(Asked(), details, user, "PUT", "RUN", RELEASE)
    assert set(asked) == {"greta"}


def test_break_glass_may_not_answer(manager: Any, details: Any) -> None:
    assert not _dag(manager, details, GLASS, "PUT", "HITL_DETAIL", RELEASE)


def test_a_trigger_that_names_no_dag_is_refused(manager: Any, details: Any) -> None:
    assert not _dag(manager, details, RITA, "POST", "RUN", None)
    assert _dag(manager, details, RITA, "POST", "RUN", RELEASE)


def test_a_backfill_is_no_trigger(manager: Any, details: Any) -> None:
    token = request_path.set("/api/v2/backfills")
    try:
        assert not _dag(manager, details, RITA, "POST", "RUN", "dev__orders")
    finally:
        request_path.reset(token)


def test_admin_may_not_trigger_a_release(manager: Any, details: Any) -> None:
    assert not _dag(manager, details, ADMIN, "POST", "RUN", RELEASE)


def test_the_pipeline_starts_dev_and_no_release(manager: Any, details: Any) -> None:
    assert _dag(manager, details, PIPELINE, "POST", "RUN", "dev__orders")
    assert not _dag(manager, details, PIPELINE, "POST", "RUN", RELEASE)


def test_only_those_asked_by_id_may_answer(manager: Any) -> None:
    assert manager.is_authorized_hitl_task(assigned_users={"rita", "sam"}, user=RITA)
    assert not manager.is_authorized_hitl_task(assigned_users={"sam", "Releaser"}, user=RITA)
    assert not manager.is_authorized_hitl_task(assigned_users={"sam"}, user=ADMIN)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_slot_keeps_its_size(manager: Any, details: Any, method: str) -> None:
    slot, unnamed = details.PoolDetails(name="release_slot"), details.PoolDetails()
    for pool in (slot, unnamed, None):
        allowed = [
            u.name for u in (*ORDINARY, GLASS) if manager.is_authorized_pool(method=method, user=u, details=pool)
        ]
        assert allowed == []
    assert manager.is_authorized_pool(method=method, user=GLASS, details=details.PoolDetails(name="somebodys"))


@pytest.mark.parametrize("kind", ["variable", "connection"])
def test_variables_and_connections_are_written_by_admin_and_break_glass(manager: Any, kind: str) -> None:
    may = getattr(manager, f"is_authorized_{kind}")
    writers = {user.name for user in (*ORDINARY, GLASS) if may(method="POST", user=user)}
    assert writers == {"root", "greta"}


def test_only_the_pipeline_sends_asset_events_and_break_glass_does_not(manager: Any) -> None:
    senders = {u.name for u in (*ORDINARY, GLASS) if manager.is_authorized_asset(method="POST", user=u)}
    assert senders == {"pipeline"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nobody_points_asset_events_elsewhere(manager: Any, method: str) -> None:
    may = manager.is_authorized_asset_alias
    assert [user.name for user in (*ORDINARY, GLASS) if may(method=method, user=user)] == []


def test_everybody_reads(manager: Any, details: Any) -> None:
    for user in (*ORDINARY, GLASS):
        assert _dag(manager, details, user, "GET", "RUN", RELEASE)
