"""A security release carries a reference where everybody reads; its texts were filed by who asks for it (R20)."""

from collections.abc import Mapping

from slipway.domain.disclosure import how_to_say_less, tells_too_much
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.release import Release
from slipway.ports.store import Transaction


def refuse_free_text(summary: str, rollback_plan: str, needs: str, words: Mapping[str, str]) -> None:
    """Raises RefusedError, which repeats nothing of what was written."""
    fields = list(tells_too_much(summary, rollback_plan, needs, words))
    if fields:
        raise RefusedError("free_text", how_to_say_less(fields))


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
