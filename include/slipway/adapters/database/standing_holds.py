"""Which holds bind a release, and which a failure in Prod placed."""

from collections.abc import Mapping, Sequence

from slipway.adapters.database.rows import Sql
from slipway.domain.policy.decision import StandingHold
from slipway.domain.release import Release

_STANDS = "lifted_at IS NULL AND ended_at IS NULL AND (until IS NULL OR until > now())"
CHAIN = """
    WITH RECURSIVE chain (id) AS (
        SELECT CAST(:fixes AS text)
        UNION
        SELECT before.id FROM chain JOIN release r ON r.id = chain.id
        CROSS JOIN LATERAL (VALUES (r.fixes), (r.rollback ->> 'from_release')) AS before (id)
    )
"""
"""What a release fixes, what that one was to fix, and so on; a rollback stands for what it took back."""


def standing_holds(sql: Sql, service: str, environment: str, release: Release) -> Sequence[StandingHold]:
    """Those that bind this release there: not its own exemption, nor the hold of a failure in what it fixes."""
    rows = sql.all(
        f"""{CHAIN}
        SELECT id, scope, reason, placed_by, until, absolute,
               (SELECT a.release_id FROM attempt a JOIN stage s ON s.attempt_id = a.id
                WHERE a.release_id = exempt_release AND s.outcome = 'unverified' AND s.judged IS NULL
                      AND placed_by = 'platform'
                LIMIT 1) AS unverified,
               CASE WHEN scope = 'service' AND placed_by = 'platform' THEN exempt_release END AS failed
        FROM hold
        WHERE {_STANDS}
          AND (scope = 'all' OR (scope = 'environment' AND name = :environment)
               OR (scope = 'service' AND name = :service))
          AND exempt_release IS DISTINCT FROM :release
          AND NOT (scope = 'service' AND NOT ends_with_release
                   AND coalesce(exempt_release, '') IN (SELECT id FROM chain WHERE id IS NOT NULL))
        ORDER BY id
        """,  # noqa: S608 - constants
        service=service,
        environment=environment,
        release=release.id,
        fixes=release.fixes or _tidied_by(release),
    )
    return [StandingHold(**row) for row in rows]


def _tidied_by(release: Release) -> str | None:
    """Preprod goes back to what live runs after that failure, whose own hold does not keep it from that."""
    rollback = release.rollback
    return None if rollback is None or rollback.is_rescue else rollback.from_release


def failure_holds(sql: Sql, service: str) -> Mapping[int, str]:
    """By number, the release whose failure placed each of those that stand on a service."""
    rows = sql.all(
        f"""SELECT id, exempt_release FROM hold WHERE scope = 'service' AND name = :service AND placed_by = 'platform'
        AND exempt_release IS NOT NULL AND {_STANDS} ORDER BY id""",  # noqa: S608 - a constant
        service=service,
    )
    return {row["id"]: row["exempt_release"] for row in rows}
