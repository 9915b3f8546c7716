"""Acts that wait for a second person."""

import json
from collections.abc import Sequence
from datetime import datetime

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.errors import NotFoundError
from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Action
from slipway.domain.two_people import PendingAct, PendingState


class DatabasePendingActs:
    """`PendingActs` on PostgreSQL: one waiting act for the same action and parameters, fixed once it is asked for."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def ask(
        self, action: Action, parameters: JsonObject, reason: str, first: str, expires_at: datetime
    ) -> tuple[PendingAct, bool]:
        """The act that now waits, and whether it is new; else the one that waits for the same already."""
        what = {"action": action, "parameters": json.dumps(parameters)}
        row = self._sql.first(
            """INSERT INTO pending_act (action, parameters, reason, first, expires_at)
            VALUES (:action, :parameters, :reason, :first, :expires_at)
            ON CONFLICT (action, parameters) WHERE state = 'waiting' DO NOTHING RETURNING *""",
            reason=reason,
            first=first,
            expires_at=expires_at,
            **what,
        )
        if row is not None:
            return _act(row), True
        row = self._sql.one(
            """SELECT * FROM pending_act
            WHERE action = :action AND parameters = CAST(:parameters AS jsonb) AND state = 'waiting'""",
            **what,
        )
        return _act(row), False

    def lock(self, number: int) -> PendingAct:
        """The act, its row locked till the end of the transaction."""
        row = self._sql.first("SELECT * FROM pending_act WHERE id = :id FOR UPDATE", id=number)
        if row is None:
            raise NotFoundError(f"there is no pending {number}; `slipway pending` lists what waits")
        return _act(row)

    def find(self, action: Action, parameters: JsonObject) -> PendingAct | None:
        """The newest act of just that, whatever became of it."""
        row = self._sql.first(
            """SELECT * FROM pending_act WHERE action = :action AND parameters = CAST(:parameters AS jsonb)
            ORDER BY id DESC LIMIT 1""",
            action=action,
            parameters=json.dumps(parameters),
        )
        return None if row is None else _act(row)

    def due(self) -> Sequence[PendingAct]:
        """Those whose time is over, locked."""
        rows = self._sql.all(
            """SELECT * FROM pending_act WHERE state = 'waiting' AND expires_at <= now() ORDER BY id
            FOR UPDATE SKIP LOCKED"""
        )
        return [_act(row) for row in rows]

    def waiting(self) -> Sequence[PendingAct]:
        """Those that wait for their second person, locked."""
        rows = self._sql.all("SELECT * FROM pending_act WHERE state = 'waiting' ORDER BY id FOR UPDATE SKIP LOCKED")
        return [_act(row) for row in rows]

    def end(self, number: int, state: PendingState, second: str | None, result: str) -> None:
        """Writes what became of a waiting act."""
        self._sql.run(
            """UPDATE pending_act SET state = :state, second = :second, result = :result, ended_at = now()
            WHERE id = :id AND state = 'waiting'""",
            id=number,
            state=state,
            second=second,
            result=result,
        )


def _act(row: Row) -> PendingAct:
    return PendingAct(
        id=row["id"],
        action=Action(row["action"]),
        parameters=row["parameters"],
        reason=row["reason"],
        first=row["first"],
        state=PendingState(row["state"]),
        asked_at=row["asked_at"],
        expires_at=row["expires_at"],
        second=row["second"],
        ended_at=row["ended_at"],
        result=row["result"],
    )
