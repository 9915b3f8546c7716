"""Refuses at once what the run of a request would refuse first: who asks, and which release is to go on."""

from slipway.domain.artefact_name import NAME
from slipway.domain.errors import RefusedError, Remedy, SlipwayError
from slipway.domain.release import ChangeKind
from slipway.use_cases.attempt_request import AttemptRequest, refuse_free_text_in, texts_of
from slipway.use_cases.open_attempt import log_refusal
from slipway.use_cases.refuse_long_texts import refuse_long_texts
from slipway.use_cases.who_may_open import as_owned, refuse_strangers, release_to_resume
from slipway.use_cases.who_may_start import why_not_start
from slipway.use_cases.world import World


def look_at_request(world: World, request: AttemptRequest) -> None:
    """Raises RefusedError and NotFoundError. The run decides the same again, and all the rest.

    Of whoever may not ask, and of a version that can be none, the record of the request tells, as it does where a run
    is asked for directly; other refusals are in the log as the run's would be."""
    why = why_not_start(world.store, request.dag_id, request.service, request.actor.id, is_person=True)
    if why is not None:
        raise RefusedError("may_not_request", why)
    if request.version is not None and NAME.fullmatch(request.version) is None:
        raise RefusedError("bad_version", "a version is one that was built: letters, digits and . _ + -, no spaces")
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
