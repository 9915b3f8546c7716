"""Where a service's database stands in an environment, and the earliest version that its schema still serves (R18)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class SchemaState:
    """From `at` on, until the next one. Versions that were deployed since are served too: they passed on it."""

    revision: str | None
    """None: before the first migration."""
    version: str
    """Whose release brought the schema there, forwards or back."""
    serves_version: str | None
    serves_digest: str | None
    """The earliest version that was seen to run on it; None: none was."""
    proof_id: str | None
    at: datetime | None = None
    id: int | None = None

    def serves(self, digest: str, *, deployed_since: bool) -> bool:
        """Whether an artefact may run on it, as far as anybody has seen."""
        return deployed_since or (self.serves_digest is not None and digest == self.serves_digest)

    @property
    def limit(self) -> str:
        """In words, for forms and refusals."""
        since = f"the schema is at {self.revision or 'its beginning'} since {self.version}"
        if self.serves_version is None:
            return f"{since}; no earlier version was seen to run on it"
        return f"{since}; of the versions before it, the earliest that was seen to run on it: {self.serves_version}"
