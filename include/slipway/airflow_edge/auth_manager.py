"""Who may do what in Airflow. FAB's own manager, except that nobody changes a run by hand."""

from collections.abc import Collection
from typing import Any, Protocol

from airflow.api_fastapi.auth.managers.models.resource_details import (
    AssetAliasDetails,
    AssetDetails,
    ConnectionDetails,
    DagAccessEntity,
    DagDetails,
    PoolDetails,
    VariableDetails,
)
from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager

from slipway.airflow_edge.passwords import must_sign_in_elsewhere
from slipway.airflow_edge.request_scope import is_backfill
from slipway.airflow_edge.roles import BREAK_GLASS, PERMISSIONS, PIPELINE, Permission, may_trigger
from slipway.domain.audit import OUR_POOLS
from slipway.use_cases.who_broke_the_glass import is_open_to
from slipway.wiring import make_store


class SignedIn(Protocol):
    """What we ask of FAB's user."""

    roles: list[Any]

    def get_name(self) -> str:
        """The user name: our person id."""


class SlipwayAuthManager(FabAuthManager):
    """Nobody, Admin included, changes a run by hand; what is open is opened here, one line each.

    Marking, clearing, editing and deleting of runs, tasks and XComs, and pausing, is for BreakGlass alone.
    A call that names no DAG (bulk) is treated like one that names a release. An account has BreakGlass a little longer
    than break-glass is open: what counts is the release database, asked for members of that role only.
    """

    def create_token(self, headers: dict[str, str], body: dict[str, Any]) -> Any:
        """Passwords are for machines, and for people only where there is no single sign-on (R27)."""
        if (why_not := must_sign_in_elsewhere(body.get("username"))) is not None:
            raise ValueError(why_not)
        return super().create_token(headers, body)

    def is_authorized_dag(
        self,
        *,
        method: str,
        user: SignedIn,
        access_entity: DagAccessEntity | None = None,
        details: DagDetails | None = None,
    ) -> bool:
        """Reading as FAB says; answering and triggering as below; every other change for BreakGlass alone."""
        if method == "GET" or self._broke_the_glass(user):
            allowed = super().is_authorized_dag(method=method, user=user, access_entity=access_entity, details=details)
            return bool(allowed)
        if access_entity is DagAccessEntity.HITL_DETAIL and method == "PUT":
            return self._may_answer(user, details)
        if access_entity is DagAccessEntity.RUN and method == "POST":
            return self._may_trigger(user, details)
        return False

    def is_authorized_hitl_task(self, *, assigned_users: set[str], user: SignedIn) -> bool:
        """Whether this person is among those asked: `assigned_users` carry person ids."""
        return user.get_name() in assigned_users

    def is_authorized_asset(self, *, method: str, user: SignedIn, details: AssetDetails | None = None) -> bool:
        """An artefact event deploys to Dev, in the pipeline's name: only a pipeline's account sends one."""
        if method != "GET" and PIPELINE not in role_names(user):
            return False
        return bool(super().is_authorized_asset(method=method, user=user, details=details))

    def is_authorized_asset_alias(
        self, *, method: str, user: SignedIn, details: AssetAliasDetails | None = None
    ) -> bool:
        """Aliases could point an event elsewhere: nobody changes them."""
        if method != "GET":
            return False
        return bool(super().is_authorized_asset_alias(method=method, user=user, details=details))

    def is_authorized_pool(self, *, method: str, user: SignedIn, details: PoolDetails | None = None) -> bool:
        """The platform's pools keep their size, under break-glass too: it would outlive it (R12)."""
        ours = details is None or details.name is None or details.name in OUR_POOLS
        if method != "GET" and ours:
            return False
        return bool(super().is_authorized_pool(method=method, user=user, details=details))

    def is_authorized_variable(self, *, method: str, user: SignedIn, details: VariableDetails | None = None) -> bool:
        """Writes are for BreakGlass and Admin."""
        return self._may_configure(method, user) and bool(
            super().is_authorized_variable(method=method, user=user, details=details)
        )

    def is_authorized_connection(
        self, *, method: str, user: SignedIn, details: ConnectionDetails | None = None
    ) -> bool:
        """Writes are for BreakGlass and Admin: a connection is the way to a live system."""
        return self._may_configure(method, user) and bool(
            super().is_authorized_connection(method=method, user=user, details=details)
        )

    def _may_answer(self, user: SignedIn, details: DagDetails | None) -> bool:
        """Answering needs reading and the right to answer; who is asked is checked per request."""
        may_edit = self._is_authorized(method="PUT", resource_type="HITL Detail", user=user)
        return bool(may_edit) and self._may_read(user, details)

    def _may_trigger(self, user: SignedIn, details: DagDetails | None) -> bool:
        """A trigger names its DAG, and each kind of DAG its roles. A backfill is not a trigger."""
        if is_backfill() or details is None or details.id is None:
            return False
        if not role_names(user) & may_trigger(details.id):
            return False
        may_create = self._is_authorized(method="POST", resource_type="DAG Runs", user=user)
        return bool(may_create) and self._may_read(user, details)

    def _may_read(self, user: SignedIn, details: DagDetails | None) -> bool:
        return bool(super().is_authorized_dag(method="GET", user=user, details=details))

    def _may_configure(self, method: str, user: SignedIn) -> bool:
        return method == "GET" or "Admin" in role_names(user) or self._broke_the_glass(user)

    def _get_user_permissions(self, user: SignedIn) -> Collection[Permission]:
        """What FAB asks for every decision: without BreakGlass's part where that is over."""
        roles = role_names(user)
        if BREAK_GLASS not in roles or self._broke_the_glass(user):
            held: Collection[Permission] = super()._get_user_permissions(user)
            return held
        return {permission for role in roles - {BREAK_GLASS} for permission in PERMISSIONS.get(role, ())}

    def _broke_the_glass(self, user: SignedIn) -> bool:
        return BREAK_GLASS in role_names(user) and self.is_open_to(user.get_name())

    @staticmethod
    def is_open_to(person: str) -> bool:
        """Whether break-glass is open to this person now."""
        return is_open_to(make_store(), person)


def role_names(user: SignedIn | None) -> frozenset[str]:
    """The names of a user's roles; none for nobody."""
    return frozenset() if user is None else frozenset(role.name for role in user.roles)
