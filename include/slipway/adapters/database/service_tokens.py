"""Tokens of build pipelines, and what they asked by key."""

import json
from collections.abc import Sequence
from datetime import datetime

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.errors import NotFoundError
from slipway.domain.json_value import JsonObject
from slipway.domain.service_token import ServiceToken


class DatabaseServiceTokens:
    """`ServiceTokens` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def issue(self, service: str, hashed: str, by: Sequence[str], expires_at: datetime) -> ServiceToken:
        """Writes a token by its hash."""
        row = self._sql.one(
            """INSERT INTO service_token (service, hash, issued_by, expires_at)
            VALUES (:service, :hash, :by, :expires_at) RETURNING *""",
            service=service,
            hash=hashed,
            by=list(by),
            expires_at=expires_at,
        )
        return _token(row)

    def by_hash(self, hashed: str) -> ServiceToken | None:
        """The token with this secret, usable or not."""
        row = self._sql.first("SELECT * FROM service_token WHERE hash = :hash", hash=hashed)
        return None if row is None else _token(row)

    def lock(self, number: int) -> ServiceToken:
        """The token, its row locked till the end of the transaction. Raises NotFoundError."""
        row = self._sql.first("SELECT * FROM service_token WHERE id = :id FOR UPDATE", id=number)
        if row is None:
            raise NotFoundError(f"there is no service token {number}; `slipway token list` has them")
        return _token(row)

    def shorten(self, number: int, expires_at: datetime) -> None:
        """It counts no longer than this."""
        self._sql.run(
            "UPDATE service_token SET expires_at = least(expires_at, :at) WHERE id = :id", id=number, at=expires_at
        )

    def revoke(self, number: int, by: str, because: str) -> None:
        """It counts no more; the first to say so is remembered."""
        self._sql.run(
            """UPDATE service_token SET revoked_at = now(), revoked_by = :by, revoked_because = :because
            WHERE id = :id AND revoked_at IS NULL""",
            id=number,
            by=by,
            because=because,
        )


class DatabaseKeyedRequests:
    """`KeyedRequests` on PostgreSQL: never changed."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def answered(self, scope: str, key: str) -> tuple[str, JsonObject] | None:
        """The hash of what was asked with this key, and the answer; None for a new key."""
        row = self._sql.first(
            "SELECT body_hash, answer FROM keyed_request WHERE scope = :scope AND key = :key", scope=scope, key=key
        )
        return None if row is None else (row["body_hash"], row["answer"])

    def keep(self, scope: str, key: str, body_hash: str, answer: JsonObject) -> None:
        """Remembers the answer; one that was given before stays."""
        self._sql.run(
            """INSERT INTO keyed_request (scope, key, body_hash, answer) VALUES (:scope, :key, :body_hash, :answer)
            ON CONFLICT DO NOTHING""",
            scope=scope,
            key=key,
            body_hash=body_hash,
            answer=json.dumps(answer),
        )


def _token(row: Row) -> ServiceToken:
    return ServiceToken(
        id=row["id"],
        service=row["service"],
        issued_by=tuple(row["issued_by"]),
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
