"""Words that messages share."""

from urllib.parse import quote

from slipway.domain.grant import Step
from slipway.domain.message import Link
from slipway.domain.release import Attempt, ChangeKind, Release
from slipway.domain.two_people import PendingAct

_URGENT = {ChangeKind.EMERGENCY: "EMERGENCY", ChangeKind.SECURITY: "security"}


def headline(attempt: Attempt, how: str) -> str:
    """How a release stands, in the line above its messages."""
    return _headline(attempt.service, attempt.version, attempt.release_id, attempt.kind, how)


def headline_of(release: Release, version: str | None, how: str) -> str:
    """The same, where there is no attempt to speak of."""
    return _headline(release.service, version, release.id, release.kind, how)


def _headline(service: str, version: str | None, release_id: str, kind: ChangeKind, how: str) -> str:
    which = ", ".join(filter(None, (release_id, _URGENT.get(kind))))
    return f"{' '.join(filter(None, (service, version)))} ({which}): {how}"


def as_declared(release: Release) -> str:
    """What is urgent says so before anything else."""
    if release.kind is ChangeKind.EMERGENCY:
        return f"EMERGENCY, declared by {release.requested_by}. "
    return "Security release. " if release.kind is ChangeKind.SECURITY else ""


def how_to_answer(attempt: Attempt, step: Step) -> str:
    """For those who read no links."""
    return f"Answer in Airflow, or: slipway approve {attempt.release_id} {step}"


def where_to_answer(base_url: str, attempt: Attempt, step: Step) -> Link | None:
    """The page of the question in Airflow; None where nobody said at which address people reach it."""
    if not base_url:
        return None
    dag, run, task = (quote(part, safe="") for part in (attempt.dag_id, attempt.run_id, f"{step.role}.{step}"))
    url = f"{base_url.rstrip('/')}/dags/{dag}/runs/{run}/tasks/{task}/required_actions"
    return Link(label="Answer in Airflow", url=url)


def where_it_ran(base_url: str, attempt: Attempt) -> Link | None:
    """The run in Airflow, with the log of each task; None where nobody said at which address people reach it."""
    if not base_url:
        return None
    dag, run = (quote(part, safe="") for part in (attempt.dag_id, attempt.run_id))
    return Link(label="See the run in Airflow", url=f"{base_url.rstrip('/')}/dags/{dag}/runs/{run}")


def where_to_go_on(base_url: str, release_id: str) -> Link | None:
    """The page that starts a release's next attempt; None as above."""
    if not base_url:
        return None
    there = f"{base_url.rstrip('/')}/slipway/releases/{quote(release_id, safe='')}/next-attempt"
    return Link(label="Start the next attempt", url=there)


def how_to_second(pending: PendingAct) -> str:
    """What the second person does, and until when."""
    return f"It takes two: `slipway second {pending.id}` by {pending.expires_at:%Y-%m-%d %H:%M} UTC"
