"""What somebody asked to roll back gets its run at once; one that cannot be started is tried again."""

from slipway.domain.errors import SlipwayError
from slipway.domain.release import Release
from slipway.domain.rollback import ROLLBACK_DAG
from slipway.ports.outside.surroundings import Scheduler
from slipway.use_cases.reconcile import raise_all, start_once
from slipway.use_cases.world import World


def start_rollbacks(world: World, scheduler: Scheduler) -> None:
    """The reconciler's look."""
    with world.store.transaction() as tx:
        asked = tx.releases.rollbacks_to_start()
    problems = []
    for release in asked:
        try:
            start_once(scheduler, ROLLBACK_DAG, release, 1, rollback_form(release))
        except SlipwayError as error:  # the others' must not wait for this one
            problems.append(f"{release.id}: {error}")
    raise_all(problems)


def rollback_form(release: Release) -> dict[str, str]:
    """The form of `roll_back` for a run that the platform starts; what counts is what the release has."""
    rollback = release.rollback
    assert rollback is not None, "only rollbacks are started so"
    return {
        "service": release.service,
        "environment": rollback.environment,
        "version": rollback.version,
        "reason": release.summary,
        "release_id": release.id,
    }
