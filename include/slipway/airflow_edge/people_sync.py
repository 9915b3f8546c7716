"""Makes Airflow's users and roles those of given people; leavers come first (R27)."""

import secrets
from collections.abc import Callable
from enum import Enum
from typing import Any

from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from werkzeug.security import check_password_hash, generate_password_hash

from slipway.airflow_edge.roles import BREAK_GLASS, MACHINES, PERMISSIONS, READER, roles_of
from slipway.domain.errors import SlipwayError
from slipway.domain.people import People, Person
from slipway.use_cases.sync_accounts import AccountChanges

Passwords = Callable[[str], str | None]
"""The password of a new account; None where people sign in elsewhere (they get one that nobody knows)."""


def sync(people: People, passwords: Passwords, *, break_glass: frozenset[str] = frozenset()) -> AccountChanges:
    """Makes roles, people and machine accounts exactly what they should be; harmless to repeat.

    `break_glass` names people whose activation is in force now; everybody else loses that role here.
    """
    done: dict[_Done, list[str]] = {one: [] for one in _Done}
    with get_application_builder() as builder:
        manager = builder.sm
        done[_Done.CLOSED] = _deactivate_all_but(manager, {*people.by_id, *MACHINES})
        _sync_roles(manager)
        for person in people.by_id.values():
            roles = roles_of(person) | ({BREAK_GLASS} if person.id in break_glass else set())
            done[_sync_account(manager, person, roles, passwords(person.id))].append(person.id)
        for machine, role in MACHINES.items():
            password = passwords(machine)
            person = Person(id=machine, name=machine)
            done[_sync_account(manager, person, frozenset({READER, role}), password)].append(machine)
            _keep_password(manager, machine, password)
    return AccountChanges(
        made=tuple(sorted(done[_Done.MADE])),
        changed=tuple(sorted(done[_Done.CHANGED])),
        closed=tuple(sorted(done[_Done.CLOSED])),
    )


class _Done(Enum):
    """What was done about an account."""

    NOTHING = "nothing"
    MADE = "made"
    CHANGED = "changed"
    CLOSED = "closed"


def _sync_roles(manager: Any) -> None:
    for name, wanted in PERMISSIONS.items():
        role = manager.add_role(name)
        for permission in list(role.permissions):
            if (permission.action.name, permission.resource.name) not in wanted:
                manager.remove_permission_from_role(role, permission)
        held_now = {(p.action.name, p.resource.name) for p in role.permissions}
        for action, resource in sorted(wanted - held_now):
            manager.add_permission_to_role(role, manager.create_permission(action, resource))


def _sync_account(manager: Any, person: Person, role_names: frozenset[str], password: str | None) -> _Done:
    roles = [manager.find_role(name) for name in sorted(role_names)]
    first, _, last = person.name.partition(" ")
    account = manager.find_user(username=person.id)
    if account is None:
        made = manager.add_user(
            username=person.id,
            first_name=first,
            last_name=last or "-",
            email=person.email or f"{person.id}@slipway.invalid",
            role=roles,
            password=password or secrets.token_urlsafe(32),
        )
        if not made:  # FAB logs why, and goes on
            raise SlipwayError(f"Airflow did not make an account for {person.id}: is their e-mail somebody else's?")
        return _Done.MADE
    held = {role.name for role in account.roles}
    if held != role_names or not account.active or (account.first_name, account.last_name) != (first, last or "-"):
        account.roles, account.active = roles, True
        account.first_name, account.last_name = first, last or "-"
        manager.update_user(account)
        return _Done.CHANGED
    return _Done.NOTHING


def _keep_password(manager: Any, machine: str, password: str | None) -> None:
    """A machine's password follows the secret it was made from; people may change theirs."""
    account = manager.find_user(username=machine)
    if password is not None and not check_password_hash(account.password, password):
        account.password = generate_password_hash(password)
        manager.update_user(account)


def _deactivate_all_but(manager: Any, known: set[str]) -> list[str]:
    closed = []
    for account in manager.get_all_users():
        if account.username not in known and (account.active or account.roles):
            account.active, account.roles = False, []
            manager.update_user(account)
            closed.append(account.username)
    return closed
