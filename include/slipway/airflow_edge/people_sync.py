"""Brings Airflow's users and roles to what `people.yaml` says; leavers lose their rights at once (R27)."""

import secrets
from collections.abc import Callable
from typing import Any

from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from werkzeug.security import check_password_hash, generate_password_hash

from slipway.airflow_edge.roles import BREAK_GLASS, MACHINES, PERMISSIONS, READER, roles_of
from slipway.domain.people import People, Person

Passwords = Callable[[str], str | None]
"""The password of a new account; None where people sign in elsewhere (they get one that nobody knows)."""


def sync(people: People, passwords: Passwords, *, break_glass: frozenset[str] = frozenset()) -> None:
    """Makes roles, people and machine accounts exactly what they should be; harmless to repeat.

    `break_glass` names people whose activation is in force now; everybody else loses that role here.
    """
    with get_application_builder() as builder:
        manager = builder.sm
        _sync_roles(manager)
        for person in people.by_id.values():
            roles = roles_of(person) | ({BREAK_GLASS} if person.id in break_glass else set())
            _sync_account(manager, person, roles, passwords(person.id))
        for machine, role in MACHINES.items():
            password = passwords(machine)
            account = _sync_account(manager, Person(id=machine, name=machine), frozenset({READER, role}), password)
            _keep_password(manager, account, password)
        _deactivate_all_but(manager, {*people.by_id, *MACHINES})


def _sync_roles(manager: Any) -> None:
    for name, wanted in PERMISSIONS.items():
        role = manager.add_role(name)
        for permission in list(role.permissions):
            if (permission.action.name, permission.resource.name) not in wanted:
                manager.remove_permission_from_role(role, permission)
        held_now = {(p.action.name, p.resource.name) for p in role.permissions}
        for action, resource in sorted(wanted - held_now):
            manager.add_permission_to_role(role, manager.create_permission(action, resource))


def _sync_account(manager: Any, person: Person, role_names: frozenset[str], password: str | None) -> Any:
    roles = [manager.find_role(name) for name in sorted(role_names)]
    first, _, last = person.name.partition(" ")
    account = manager.find_user(username=person.id)
    if account is None:
        return manager.add_user(
            username=person.id,
            first_name=first,
            last_name=last or "-",
            email=person.email or f"{person.id}@slipway.invalid",
            role=roles,
            password=password or secrets.token_urlsafe(32),
        )
    held = {role.name for role in account.roles}
    if held != role_names or not account.active or (account.first_name, account.last_name) != (first, last or "-"):
        account.roles, account.active = roles, True
        account.first_name, account.last_name = first, last or "-"
        manager.update_user(account)
    return account


def _keep_password(manager: Any, account: Any, password: str | None) -> None:
    """A machine's password follows the secret it was made from; people may change theirs."""
    if password is not None and not check_password_hash(account.password, password):
        account.password = generate_password_hash(password)
        manager.update_user(account)


def _deactivate_all_but(manager: Any, known: set[str]) -> None:
    for account in manager.get_all_users():
        if account.username not in known and (account.active or account.roles):
            account.active, account.roles = False, []
            manager.update_user(account)


def is_first_time() -> bool:
    """Whether the accounts were never made."""
    with get_application_builder() as builder:
        return all(builder.sm.find_user(username=machine) is None for machine in MACHINES)
