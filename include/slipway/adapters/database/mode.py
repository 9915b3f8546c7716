"""Whether the release database separates who may write what: only then is its log evidence by itself (R5)."""

from enum import StrEnum

from slipway.adapters.database.rights import DECIDED_BY_PEOPLE
from slipway.adapters.database.rows import Sql

HOW_TO = "docs/how-to/keep-evidence.md"


class Mode(StrEnum):
    """How the release database is run."""

    EMBEDDED = "embedded"
    """The platform's own PostgreSQL: it listens to nobody outside, and has one owner."""
    ONE_ROLE = "one-role"
    """A server of its own, without the roles that separate."""
    SEPARATED = "separated"

    @property
    def evidential(self) -> bool:
        """Whether no process of the platform can rewrite the log."""
        return self is Mode.SEPARATED

    @property
    def said(self) -> str:
        """In a line, with where to read on."""
        if self.evidential:
            return f"mode={self}: evidential, as far as heads of the log are kept elsewhere; see {HOW_TO}"
        return f"mode={self}: not evidential, because one password may write everything; see {HOW_TO}"


def mode_of(sql: Sql) -> Mode:
    """Asks the server itself."""
    roles = sql.value("SELECT count(*) FROM pg_roles WHERE rolname = ANY(:names)", names=list(DECIDED_BY_PEOPLE))
    if roles == len(DECIDED_BY_PEOPLE):
        return Mode.SEPARATED
    return Mode.ONE_ROLE if sql.value("SHOW listen_addresses") else Mode.EMBEDDED
