"""Emergencies that went live, and what is known of the versions that must contain them."""

from collections.abc import Sequence

from slipway.adapters.database.rows import Sql
from slipway.domain.containment import Contained, Containment, LiveEmergency
from slipway.domain.release import ChangeKind


class DatabaseContainments:
    """`Containments` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def owed(self, service: str) -> Sequence[LiveEmergency]:
        """What the next ordinary release must contain, oldest first: live, not undone, and no such release since."""
        rows = self._sql.all(
            """
            SELECT release_id, kind, version, digest FROM (
                SELECT DISTINCT ON (r.id) r.id AS release_id, r.kind, a.version, a.digest, d.id AS deployed
                FROM deployment d
                JOIN attempt a ON a.id = d.attempt_id
                JOIN release r ON r.id = a.release_id
                JOIN stage s ON s.attempt_id = a.id AND s.environment = d.environment AND s.role = 'prod'
                WHERE d.service = :service AND d.kind = 'deploy' AND r.kind <> 'standard' AND r.change IS NULL
                  AND NOT EXISTS (SELECT FROM deployment u WHERE u.attempt_id = a.id
                                  AND u.environment = d.environment AND u.kind = 'undo' AND u.id > d.id)
                ORDER BY r.id, d.id DESC
            ) AS urgent
            WHERE NOT EXISTS (
                SELECT FROM deployment e
                JOIN attempt b ON b.id = e.attempt_id
                JOIN release n ON n.id = b.release_id
                JOIN stage o ON o.attempt_id = b.id AND o.environment = e.environment AND o.role = 'prod'
                WHERE e.service = :service AND e.kind = 'deploy' AND e.id > urgent.deployed
                  AND n.kind = 'standard' AND n.change IS NULL AND o.outcome = 'passed'
            )
            ORDER BY deployed
            """,
            service=service,
        )
        return [LiveEmergency(**{**row, "kind": ChangeKind(row["kind"])}) for row in rows]

    def known(self, attempt_id: str, emergency: LiveEmergency) -> Containment:
        """What is known of an attempt's version and this emergency's."""
        row = self._sql.first(
            """SELECT answer, source, because, declared_by FROM containment
            WHERE attempt_id = :attempt_id AND emergency = :emergency AND version = :version""",
            attempt_id=attempt_id,
            emergency=emergency.release_id,
            version=emergency.version,
        )
        if row is None:
            return Containment(emergency=emergency)
        return Containment(**{**row, "emergency": emergency, "answer": Contained(row["answer"])})

    def declare(self, attempt_id: str, emergency: str, version: str, by: str) -> None:
        """Keeps who says that the attempt's version contains this version of an emergency."""
        self._sql.run(
            """INSERT INTO containment (attempt_id, emergency, version, declared_by)
            VALUES (:attempt_id, :emergency, :version, :by) ON CONFLICT DO NOTHING""",
            attempt_id=attempt_id,
            emergency=emergency,
            version=version,
            by=by,
        )

    def found(self, attempt_id: str, found: Containment) -> None:
        """Keeps what the repository said last; who declared it stays as it is."""
        self._sql.run(
            """INSERT INTO containment (attempt_id, emergency, version, answer, source, because)
            VALUES (:attempt_id, :emergency, :version, :answer, :source, :because)
            ON CONFLICT (attempt_id, emergency, version)
            DO UPDATE SET answer = excluded.answer, source = excluded.source, because = excluded.because""",
            attempt_id=attempt_id,
            emergency=found.emergency.release_id,
            version=found.emergency.version,
            answer=found.answer,
            source=found.source,
            because=found.because,
        )

    def carry_over(self, before: str, attempt_id: str) -> None:
        """What is known of an attempt is known of a further one of the same artefact."""
        self._sql.run(
            """INSERT INTO containment (attempt_id, emergency, version, declared_by, answer, source, because)
            SELECT :attempt_id, emergency, version, declared_by, answer, source, because FROM containment
            WHERE attempt_id = :before ON CONFLICT (attempt_id, emergency, version)
            DO UPDATE SET answer = excluded.answer, source = excluded.source, because = excluded.because""",
            attempt_id=attempt_id,
            before=before,
        )
