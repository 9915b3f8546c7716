"""Refuses at once what the run of a request would refuse first: who asks, and which release is to go on."""

from slipway.domain.errors import Remedy, SlipwayError
from slipway.domain.release import ChangeKind
from slipway.use_cases.attempt_request import AttemptRequest, refuse_free_text_in, texts_of
from slipway.use_cases.open_attempt import log_refusal
from slipway.use_cases.refuse_long_texts import refuse_long_texts
from slipway.use_cases.who_may_open import as_owned, refuse_strangers, release_to_resume
from slipway.use_cases.world import World


def look_at_request(world: World, request: AttemptRequest) -> None:
    """Raises RefusedError, which is in the log, and NotFoundError. The run decides the same again, and all the rest."""
    try:
        refuse_long_texts(texts_of(request))
        if request.kind is ChangeKind.SECURITY:
            refuse_free_text_in(request)
        service = world.definitions.service(request.service)
        with world.store.transaction() as tx:
            policy = tx.policy()
            release = release_to_resume(tx, request)
            refuse_strangers(policy, as_owned(service, policy), request, release)
    except SlipwayError as error:
        if error.remedy is Remedy.FAIL:
            log_refusal(world, request, error)
        raise
