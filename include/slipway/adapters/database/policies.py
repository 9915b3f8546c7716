"""The policy in effect, what is proposed, and what was seen on disk: all append-only, the newest row counts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from slipway.adapters.bank_holidays import bank_holidays
from slipway.adapters.database import codec
from slipway.adapters.database.rows import Row, Sql
from slipway.domain.errors import NotFoundError
from slipway.domain.governed import Governed
from slipway.domain.identities import Identity
from slipway.domain.json_value import JsonObject
from slipway.domain.release_window import Calendar
from slipway.ports.values import Activation, PolicyInEffect, Proposal

_UNREADABLE = "unreadable"
"""In place of a digest, where what was seen on disk could not be read."""
_PROPOSAL = """
    SELECT p.*, p.compared_with <> (SELECT max(id) FROM policy) AS outdated,
           (SELECT array_agg(DISTINCT o.proposed_by) FROM policy_proposal o
            WHERE o.digest = p.digest AND o.compared_with = p.compared_with) AS proposers
    FROM policy_proposal p
"""
_STILL_OPEN = """p.id IN (
    SELECT max(id) FROM policy_proposal WHERE compared_with = (SELECT max(id) FROM policy) GROUP BY digest)"""


@dataclass
class DecodedRows:
    """Values by row: a row never changes, and decoding one costs more than all that a decision reads."""

    policies: dict[int, PolicyInEffect] = field(default_factory=dict)
    seen: dict[int, Governed] = field(default_factory=dict)


class DatabasePolicies:
    """`Policies` on PostgreSQL."""

    def __init__(self, sql: Sql, decoded: DecodedRows) -> None:
        self._sql = sql
        self._decoded = decoded

    def lock(self) -> None:
        """One activation or proposal at a time; nobody who only reads waits."""
        self._sql.run("LOCK TABLE policy IN SHARE ROW EXCLUSIVE MODE")

    def in_effect(self) -> PolicyInEffect:
        """Who may do what now. Raises NotFoundError before the first activation."""
        newest: int | None = self._sql.value("SELECT max(id) FROM policy")
        if newest is None:
            raise NotFoundError("no policy is in effect yet: start the platform (`make up`)")
        if newest not in self._decoded.policies:
            row = self._sql.one("SELECT * FROM policy WHERE id = :id", id=newest)
            self._decoded.policies[newest] = _in_effect(row)
        return self._decoded.policies[newest]

    def activation(self) -> Activation | None:
        """How it came to be so; None before the first."""
        row = self._sql.first("SELECT digest, activated_by, activated_at, reason FROM policy ORDER BY id DESC LIMIT 1")
        return None if row is None else Activation(**row)

    def activate(self, governed: Governed, by: str, reason: str) -> None:
        """Makes it the policy in effect."""
        dumped = codec.dump(governed)
        self._sql.run(
            """INSERT INTO policy (digest, platform, people, services, activated_by, reason)
            VALUES (:digest, :platform, :people, :services, :by, :reason)""",
            digest=governed.digest,
            **{name: json.dumps(dumped[name]) for name in ("platform", "people", "services")},
            by=by,
            reason=reason,
        )

    def propose(self, governed: Governed, differences: Sequence[str], by: str) -> None:
        """Keeps it with what it was compared with."""
        self._sql.run(
            """INSERT INTO policy_proposal (digest, governed, differences, compared_with, proposed_by)
            VALUES (:digest, :governed, :differences, (SELECT max(id) FROM policy), :by)""",
            digest=governed.digest,
            governed=json.dumps(codec.dump(governed)),
            differences=list(differences),
            by=by,
        )

    def proposal(self, digest: str) -> Proposal | None:
        """The newest with this digest."""
        row = self._sql.first(f"{_PROPOSAL} WHERE p.digest = :digest ORDER BY p.id DESC LIMIT 1", digest=digest)
        return None if row is None else _proposal(row)

    def open_proposals(self) -> Sequence[Proposal]:
        """Those that may still be activated, each once, oldest first."""
        rows = self._sql.all(f"{_PROPOSAL} WHERE {_STILL_OPEN} ORDER BY p.id")
        return [_proposal(row) for row in rows]

    def identities(self) -> Sequence[Identity]:
        """What any policy ever in effect called anybody, each once."""
        rows = self._sql.all(
            """SELECT DISTINCT one.key AS person, one.value ->> 'subject' AS subject
            FROM policy, jsonb_each(policy.people -> 'by_id') AS one"""
        )
        return [Identity(**row) for row in rows]

    def seen(self) -> Governed | None:
        """The catalogue as it was last read on disk; None where nobody has looked yet."""
        newest = self._sql.first(
            "SELECT id, digest FROM catalogue_seen WHERE digest <> :unreadable ORDER BY id DESC LIMIT 1",
            unreadable=_UNREADABLE,
        )
        if newest is None:
            return None
        if newest["digest"] == self._sql.value("SELECT digest FROM policy ORDER BY id DESC LIMIT 1"):
            return self.in_effect().governed
        if newest["id"] not in self._decoded.seen:
            value = self._sql.value("SELECT governed FROM catalogue_seen WHERE id = :id", id=newest["id"])
            self._decoded.seen[newest["id"]] = codec.governed(value)
        return self._decoded.seen[newest["id"]]

    def note_seen(self, governed: Governed) -> None:
        """Keeps what is on disk now."""
        self._note(governed.digest, codec.dump(governed))

    def unreadable(self) -> Sequence[str]:
        """Why the catalogue could not be read when somebody last looked; nothing where it could."""
        newest = self._sql.first("SELECT digest, governed FROM catalogue_seen ORDER BY id DESC LIMIT 1")
        if newest is None or newest["digest"] != _UNREADABLE:
            return ()
        problems: list[str] = newest["governed"]["problems"]
        return tuple(problems)

    def note_unreadable(self, problems: Sequence[str]) -> None:
        """Keeps that the catalogue on disk cannot be read now."""
        self._note(_UNREADABLE, {"problems": list(problems)})

    def _note(self, digest: str, governed: JsonObject) -> None:
        self._sql.run(
            "INSERT INTO catalogue_seen (digest, governed) VALUES (:digest, :governed)",
            digest=digest,
            governed=json.dumps(governed),
        )


def _in_effect(row: Row) -> PolicyInEffect:
    governed = codec.governed({name: row[name] for name in ("platform", "people", "services")})
    rules = governed.platform
    return PolicyInEffect(
        digest=row["digest"],
        platform=rules,
        people=governed.people,
        services=governed.services,
        calendar=Calendar(
            window=rules.window, zone=ZoneInfo(rules.time_zone), holidays=bank_holidays(rules.window.bank_holidays)
        ),
    )


def _proposal(row: Row) -> Proposal:
    return Proposal(
        digest=row["digest"],
        governed=codec.governed(row["governed"]),
        differences=row["differences"],
        proposers=frozenset(row["proposers"]),
        proposed_at=row["proposed_at"],
        outdated=row["outdated"],
    )
