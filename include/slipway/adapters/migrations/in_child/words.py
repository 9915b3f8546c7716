"""Errors of databases and of foreign code, in few words."""

from slipway.adapters.migrations.rehearsal.words import without_values

_LOCK_NOT_AVAILABLE = "55P03"
_SQLITE_BUSY = 5
_OF_CODE = (ImportError, NameError, AttributeError)
"""What these quote is a name in the migration's own code; what others quote may be what a row has."""
_SHOWN = 400


def first_words(error: BaseException) -> str:
    """One line without values of rows; the type is said where the text alone would not be understood."""
    if isinstance(error, _OF_CODE):
        return f"{type(error).__name__}: {str(error)[:_SHOWN]}"
    cause = getattr(error, "orig", None) or error
    words = without_values(str(cause))
    plain = type(error).__module__.startswith(("sqlalchemy.", "alembic."))
    return words if plain else f"{type(error).__name__}: {words}"


def is_lock_timeout(error: BaseException | None) -> bool:
    """Whether somebody else held a lock for too long, and nothing else was wrong."""
    while error is not None:
        cause = getattr(error, "orig", None) or error
        if getattr(cause, "pgcode", None) == _LOCK_NOT_AVAILABLE:
            return True
        code = getattr(cause, "sqlite_errorcode", None)
        if code is not None and code & 0xFF == _SQLITE_BUSY:
            return True
        error = error.__cause__
    return False
