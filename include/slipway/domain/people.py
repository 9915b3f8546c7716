"""People, teams and what they may be, as the activated catalogue says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MACHINE_IDS = frozenset({"platform", "pipeline", "schedule", "reconciler", "anonymous", "unknown", "admin"})
"""Actors in the log that are no person; nobody may be called so (R27)."""


class TeamRole(StrEnum):
    """Cumulative within a team: releaser < senior < manager."""

    RELEASER = "releaser"
    SENIOR = "senior"
    MANAGER = "manager"

    def includes(self, other: "TeamRole") -> bool:
        """Whether who has this role may also do what `other` may."""
        return _LADDER.index(self) >= _LADDER.index(other)


_LADDER = tuple(TeamRole)


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person by stable id; ids are never reused (R27)."""

    id: str
    name: str
    teams: Mapping[str, TeamRole] = field(default_factory=dict)
    second_line: bool = False
    auditor: bool = False
    platform_engineer: bool = False
    disclosure: bool = False
    """May read the details of security releases that are not yet public (R20)."""
    email: str | None = None
    subject: str | None = None
    """What the organisation's sign-in calls this person, for ever; None: nobody signs in as them there (R27)."""

    def has_role(self, team: str, role: TeamRole) -> bool:
        """Whether the person has at least this role in this team."""
        mine = self.teams.get(team)
        return mine is not None and mine.includes(role)

    def has_role_anywhere(self, role: TeamRole) -> bool:
        """Whether the person has at least this role in some team."""
        return any(mine.includes(role) for mine in self.teams.values())


@dataclass(frozen=True, kw_only=True)
class Team:
    """A team that owns services; `channel` is where it is told about them, None for the platform's own."""

    name: str
    title: str
    channel: str | None = None


@dataclass(frozen=True, kw_only=True)
class People:
    """Everybody the platform knows, by id."""

    by_id: Mapping[str, Person]

    def find(self, person_id: str | None) -> Person | None:
        """The person, or None for strangers."""
        return None if person_id is None else self.by_id.get(person_id)

    def addresses(self, ids: Iterable[str]) -> tuple[str, ...]:
        """The mail of those of them who have one."""
        found = (self.find(person_id) for person_id in ids)
        return tuple(person.email for person in found if person is not None and person.email)

    def with_subject(self, subject: str) -> Person | None:
        """The person whom the organisation's sign-in means, or None for strangers."""
        return next((person for person in self.by_id.values() if person.subject == subject), None)
