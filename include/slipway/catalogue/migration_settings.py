"""`migrations` of a service's file: their limits, and on what they are rehearsed."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from slipway.catalogue.strict_model import StrictModel, Text
from slipway.domain.service import CopyStrategy, RehearsalSettings

_COLUMN = re.compile(r"[^.\s]{1,63}(\.[^.\s]{1,63}){1,2}")


def _column(name: str) -> str:
    if not _COLUMN.fullmatch(name):
        raise ValueError(f"`{name}` names no column: write table.column")
    return name


ColumnName = Annotated[str, AfterValidator(_column)]


class RehearsalModel(StrictModel):
    """On what migrations are rehearsed. Left out: on a copy of all rows, and every value is compared."""

    strategy: CopyStrategy = Field(
        CopyStrategy.DUMP,
        description="How the copy is made: a `dump` of all rows, a `sample` (PostgreSQL), or the `replica` that each"
        " stage names. The last two are for large databases.",
    )
    sample_rows: int = Field(
        10_000, ge=1, le=10_000_000, description="Of each table, besides the rows that these refer to."
    )
    may_differ: dict[ColumnName, Text] = Field(
        {},
        description="Columns whose values are not compared, each with the reason. Approvers are shown them.",
        examples=[{"orders.updated_at": "a trigger sets it at each write"}],
    )

    def settings(self, replica: str | None) -> RehearsalSettings:
        """The domain value, for a stage whose prepared copy is this."""
        return RehearsalSettings(
            copy=self.strategy, sample_rows=self.sample_rows, replica=replica, may_differ=self.may_differ
        )


class MigrationsModel(StrictModel):
    """Limits of the service's own migrations, Alembic or plain SQL."""

    lock_timeout_seconds: float = Field(
        0.5,
        gt=0,
        le=600,
        description="Longest wait for one lock: so long others may have to wait behind it. The last try"
        " waits 1.5 seconds where that is longer, so that an autovacuum gives way.",
    )
    lock_tries: int = Field(6, ge=1, le=50, description="How often a migration that got no lock is tried.")
    statement_timeout_seconds: float = Field(300.0, gt=0, le=86400)
    rehearsal: RehearsalModel | None = Field(
        None, description="How they are tried before anyone is asked. Left out: on a copy of all rows."
    )
