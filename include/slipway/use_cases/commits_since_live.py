"""What was written since the version that is live: asked outside any transaction, and never worth waiting for long."""

from slipway.domain.commits import CommitsSinceLive
from slipway.domain.errors import SlipwayError
from slipway.domain.grant import Step
from slipway.domain.service import StageRole
from slipway.use_cases.in_place_of_nothing import stands_in
from slipway.use_cases.world import World

_DECIDED_ON = frozenset({Step.APPROVE, Step.AUTHORISE, Step.SIGN_OFF})


def commits_since_live(world: World, attempt_id: str, step: Step) -> CommitsSinceLive | None:
    """None where the form does not show them: another question, or a service that names no repository."""
    if step not in _DECIDED_ON:
        return None
    with world.store.transaction() as tx:
        attempt = tx.releases.attempt(attempt_id)
        stages = {stage.role: stage for stage in tx.stages.of_attempt(attempt_id)}
        stage, prod = stages[step.role], stages[StageRole.PROD]
        repository = stage.definition.repository
        if attempt is None or repository is None or stage.outcome or stage.ending:
            return None
        since = tx.records.deployed(attempt.service, prod.environment).version
        since = None if stands_in(prod.definition, since) else since
        sources = tx.policy().platform.artefact_sources
    if since is None or since == attempt.version:
        return CommitsSinceLive(since=since, source="the release log")
    failed = []
    for history in world.upstreams.histories(sources):
        try:
            return history.commits(repository, since, attempt.version)
        except SlipwayError as error:
            failed.append(str(error))
    return CommitsSinceLive(since=since, unavailable=" ".join(failed))
