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
    """Binds the texts to this release for good. Raises RefusedError for what is not there, or somebody else's.

    One answer whatever is wrong: everybody can read it, and it must not tell what the reference is about."""
    if not _fits(tx, release):
        message = (
            f"{release.summary} is not a reference you can use for {release.service}: whoever asks for a security"
            " release files its texts themselves, for that service, and each release has texts of its own. File them,"
            " and use the SEC-… number that you get"
        )
        raise RefusedError("reference_unfit", message)
    tx.disclosures.claim(release.summary, release.id)


def _fits(tx: Transaction, release: Release) -> bool:
    try:
        filed = tx.disclosures.lock(release.summary)
    except NotFoundError:
        return False
    theirs = filed.service == release.service and filed.filed_by == release.requested_by
    return theirs and filed.release_id is None
