"""The one translator from Slipway's results and errors to Airflow's."""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from slipway.domain.errors import Remedy, SlipwayError
from slipway.domain.release import StageOutcome

_RED = frozenset(
    {
        StageOutcome.REFUSED,
        StageOutcome.UNDONE,
        StageOutcome.UNVERIFIED,
        StageOutcome.LIVE_UNCERTAIN,
    }
)


class StageEndedError(AirflowFailException):
    """A task shows in red how its stage ended, which the log says."""

    is_logged = True


@contextmanager
def translated() -> Iterator[None]:
    """Errors that say *fail* fail the task for good; *retry* and *wait* leave it to the task's own retries."""
    try:
        yield
    except SlipwayError as error:
        if error.remedy is Remedy.FAIL:
            raise AirflowFailException(str(error)) from error
        raise AirflowException(str(error)) from error


def end_here(outcome: StageOutcome | None, detail: str) -> None:
    """Ends a task whose stage ended: skipped, with what follows, where people decided so or it never began."""
    if outcome is None or outcome in _RED:
        raise StageEndedError(detail)
    raise AirflowSkipException(detail)
