"""Where open releases are: what they wait for, or that they are watched."""

from collections.abc import Mapping, Sequence

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.next_step import Standing


def standings(sql: Sql, releases: Sequence[str]) -> Mapping[str, Standing]:
    """By release, of those that are open and have begun or wait for a second person."""
    rows = sql.all(
        """
        SELECT r.id, r.service, coalesce(s.environment, r.rollback ->> 'environment') AS environment, s.role,
               coalesce(t.state = 'waiting', false) AS queued, p.id AS second, p.expires_at AS second_until,
               CASE WHEN s.watch_began_at IS NOT NULL AND s.watched IS NULL THEN least(
                   s.attend_until,
                   s.watch_began_at + make_interval(
                       secs => 60 * CAST(s.definition -> 'watch' ->> 'minutes' AS double precision))) END
               AS watched_until
        FROM release r
        LEFT JOIN LATERAL (SELECT id FROM attempt WHERE release_id = r.id ORDER BY number DESC LIMIT 1) a ON true
        LEFT JOIN LATERAL (
            SELECT * FROM stage WHERE attempt_id = a.id AND outcome IS NULL
            ORDER BY array_position(ARRAY['dev', 'preprod', 'prod'], role) LIMIT 1) s ON true
        LEFT JOIN turn t ON t.attempt_id = s.attempt_id AND t.role = s.role AND t.state <> 'freed'
        LEFT JOIN pending_act p ON r.rollback ->> 'basis' = 'two_people' AND p.action = 'rollback_elsewhere'
            AND p.state = 'waiting' AND p.expires_at > now() AND p.parameters ->> 'release' = r.id
        WHERE r.id = ANY(:releases) AND r.state = 'open'
        """,
        releases=list(releases),
    )
    return {row["id"]: _standing(row) for row in rows if row["environment"] is not None}


def _standing(row: Row) -> Standing:
    return Standing(
        service=row["service"],
        environment=row["environment"],
        queued=row["queued"],
        on_live_path=row["role"] != "dev",
        watched_until=row["watched_until"],
        second=row["second"],
        second_until=row["second_until"],
    )
