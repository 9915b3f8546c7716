"""One base for every error of Slipway; each says whether to fail, to retry or to wait."""

from enum import StrEnum


class Remedy(StrEnum):
    """What the caller should do about an error."""

    FAIL = "fail"
    RETRY = "retry"
    WAIT = "wait"


class SlipwayError(Exception):
    """Something Slipway refuses or cannot do; the message says what, why, and what to do now."""

    remedy = Remedy.FAIL
    is_logged = False
    """Whether an entry of the log says it already, by whoever raised it."""


class RefusedError(SlipwayError):
    """A rule says no. `code` is stable and goes to the log with the message."""

    is_logged = True

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class HeldBackError(SlipwayError):
    """Not yet: something that ends by itself comes first. Nothing was refused or touched; ask again."""

    remedy = Remedy.WAIT
    code = "held_back"


class NotFoundError(SlipwayError):
    """No such service, release, attempt or version."""


class ArtefactError(SlipwayError):
    """The artefact is missing, cannot be stored, or is not the one its digest names."""


class UnavailableError(SlipwayError):
    """A place outside gives no answer to what it was asked; `remedy` says what may help."""

    def __init__(self, message: str, remedy: Remedy = Remedy.RETRY) -> None:
        super().__init__(message)
        self.remedy = remedy


class TargetError(SlipwayError):
    """The deploy target refused, failed, or did not become healthy by its deadline."""


class StaleFenceError(TargetError):
    """A newer owner has already worked on this target; nothing was changed."""


class ServiceMigrationError(SlipwayError):
    """The released service's migration failed or timed out; its database says what was applied.

    `code` is that of the finding, where it is known: upgrade_failed, downgrade_failed, half_applied, …
    check_errored: it was ended from outside, which says nothing of the migration. `revision`: which one failed."""

    def __init__(self, message: str, *, code: str | None = None, revision: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.revision = revision


class DatabaseUnavailableError(SlipwayError):
    """The release database does not answer; nothing was decided or changed."""

    remedy = Remedy.RETRY
