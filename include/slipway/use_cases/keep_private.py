"""A security release carries a reference where everybody reads; its texts were filed by who asks for it (R20)."""

from collections.abc import Mapping

from slipway.domain.disclosure import how_to_say_less, is_word, tells_too_much
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.release import ChangeKind, Release
from slipway.ports.store import Transaction


def refuse_free_text(summary: str, rollback_plan: str, needs: str, words: Mapping[str, str]) -> None:
    """Raises RefusedError, which repeats nothing of what was written."""
    fields = list(tells_too_much(summary, rollback_plan, needs, words))
    if fields:
        raise RefusedError("free_text", how_to_say_less(fields))


def said_of(release: Release | None, reason: str) -> str:
    """The reason; of a security release only a reference, for everybody reads it and nothing is refused for it."""
    if release is None or release.kind is not ChangeKind.SECURITY or is_word(reason):
        return reason
    return f"see {release.summary}; what was said is not kept, because everybody could read it"


def said_of_service(tx: Transaction, service: str | None, release_id: str | None, reason: str) -> str:
    """As `said_of`, where the service, or the release that is named, has a secret that the reason may be about."""
    named = None if release_id is None else tx.releases.get(release_id)
    kept = said_of(named, reason)
    return kept if service is None else said_of(tx.releases.secret_of(service), kept)


def claim_texts(tx: Transaction, release: Release) -> None:
    """Binds the texts to this release for good. Raises RefusedError for what is not there, or somebody else's."""
    reference = release.summary
    try:
        filed = tx.disclosures.lock(reference)
    except NotFoundError as error:
        raise RefusedError("reference_unknown", str(error)) from error
    wrong = None
    if filed.service != release.service:
        wrong = f"is about {filed.service}, not {release.service}"
    elif filed.filed_by != release.requested_by:
        wrong = f"was filed by {filed.filed_by}: whoever asks for the release files its texts"
    elif filed.release_id is not None:
        wrong = f"belongs to {filed.release_id} already: each release has texts of its own"
    if wrong is not None:
        raise RefusedError("reference_unfit", f"{reference} {wrong}")
    tx.disclosures.claim(reference, release.id)
