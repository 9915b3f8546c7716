"""What pre-production runs beside live, as the log says."""

from collections.abc import Sequence

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.left_in_preprod import LeftInPreprod, Return
from slipway.domain.release import Outcome, ReleaseState
from slipway.domain.service import StageRole
from slipway.ports.values import PolicyInEffect

_LEFT = """
    SELECT here.*, r.id AS release_id, r.state, r.outcome, r.rollback IS NOT NULL AS is_rollback,
           live.version AS live_version, live.digest AS live_digest,
           EXISTS (SELECT FROM release o WHERE o.service = here.service AND o.state <> 'ended'
                   AND (o.rollback IS NOT NULL OR o.to_role <> 'dev')) AS busy
    FROM (
        SELECT s.service, e.environment, newest.* FROM unnest(CAST(:services AS text[])) AS s (service)
        CROSS JOIN unnest(CAST(:preprods AS text[])) AS e (environment)
        CROSS JOIN LATERAL (SELECT version, digest, attempt_id FROM deployment d
                            WHERE d.service = s.service AND d.environment = e.environment
                            ORDER BY d.id DESC LIMIT 1) newest
    ) here
    JOIN attempt a ON a.id = here.attempt_id
    JOIN release r ON r.id = a.release_id
    LEFT JOIN LATERAL (SELECT version, digest FROM deployment d
                       WHERE d.service = here.service AND d.environment = ANY (:prods)
                       ORDER BY d.id DESC LIMIT 1) live ON true
    WHERE here.digest IS DISTINCT FROM live.digest
      AND NOT EXISTS (SELECT FROM stage p WHERE p.attempt_id = a.id AND p.role = 'prod'
                      AND p.outcome = 'not_applicable')
    ORDER BY here.service, here.environment
"""
_RETURNS = """
    SELECT id, outcome, rollback ->> 'from_attempt' AS attempt_id,
           coalesce((SELECT max(ended_at) FROM attempt WHERE release_id = r.id), requested_at) AS ended_at
    FROM release r WHERE rollback ->> 'from_attempt' = ANY (:attempts) AND rollback ->> 'basis' = 'return'
    ORDER BY requested_at, id
"""


class DatabasePreprods:
    """`Preprods` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def beside_live(self, policy: PolicyInEffect, service: str | None = None) -> Sequence[LeftInPreprod]:
        """Of one service or of all, by name: what pre-production runs where live runs something else."""
        rows = self._sql.all(
            _LEFT,
            services=sorted(policy.services) if service is None else [service],
            preprods=_environments(policy, StageRole.PREPROD),
            prods=_environments(policy, StageRole.PROD),
        )
        returns = self._sql.all(_RETURNS, attempts=[row["attempt_id"] for row in rows]) if rows else []
        return [_left(row, [one for one in returns if one["attempt_id"] == row["attempt_id"]]) for row in rows]


def _environments(policy: PolicyInEffect, role: StageRole) -> list[str]:
    return [one.name for one in policy.platform.environments.values() if one.role is role]


def _left(row: Row, returns: Sequence[Row]) -> LeftInPreprod:
    more = {
        "state": ReleaseState(row["state"]),
        "outcome": _outcome(row),
        "returns": tuple(
            Return(release_id=one["id"], outcome=_outcome(one), ended_at=one["ended_at"]) for one in returns
        ),
    }
    return LeftInPreprod(**{**row, **more})


def _outcome(row: Row) -> Outcome | None:
    return Outcome(row["outcome"]) if row["outcome"] else None
