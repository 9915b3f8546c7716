"""What came from a mirror is compared with what GitHub publishes as soon as that answers again (R2, R23)."""

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from slipway.domain import messages
from slipway.domain.arrival import MirroredCopy
from slipway.domain.errors import NotFoundError, UnavailableError
from slipway.domain.json_value import JsonObject
from slipway.ports.store import Transaction
from slipway.use_cases.world import PLATFORM, World

ASKED_EVERY = timedelta(minutes=10)


def due_comparisons(world: World) -> list[MirroredCopy]:
    """Those about which the place that publishes them is to be asked now."""
    with world.store.transaction() as tx:
        known = tx.mirrored_copies.to_compare()
        return [copy for copy in known if copy.asked_at is None or tx.now - copy.asked_at >= ASKED_EVERY]


def compare(world: World, copy: MirroredCopy) -> None:
    """Asks once. Whether it is the same is kept for good; what cannot be seen there is asked about again.

    Raises ArtefactError where what is published cannot be used: that says nothing about the copy."""
    with world.store.transaction() as tx:
        tx.mirrored_copies.asked(copy.id)
    try:
        published = _published(world, copy)
    except UnavailableError:
        return
    except NotFoundError as error:
        with world.store.transaction() as tx:
            if tx.mirrored_copies.missing(copy.id, str(error)):
                _tell_the_difference(tx, copy, str(error))
        return
    if published is None:
        return
    differs = "" if published.digest == copy.digest else f"{published.by} has {published.digest}, not {copy.digest}"
    with world.store.transaction() as tx:
        if not tx.mirrored_copies.compared(copy.id, differs):
            return
        if differs:
            _tell_the_difference(tx, copy, differs)
        else:
            tx.log("artefact_same_upstream", PLATFORM, service=copy.service, payload=_payload(copy))


@dataclass(frozen=True, kw_only=True)
class _Published:
    """What is published now, and by whom."""

    by: str
    digest: str


def _published(world: World, copy: MirroredCopy) -> _Published | None:
    """None where the service publishes nothing any more. Raises what the download raises."""
    with world.store.transaction() as tx:
        sources = tx.policy().platform.artefact_sources
    try:
        repository = world.definitions.service(copy.service).repository
    except NotFoundError:  # the service is gone, and nothing of it is released any more
        return None
    if repository is None:
        return None
    publisher = world.upstreams.artefacts(sources)[0]
    world.workspace.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=world.workspace, prefix=f"{copy.service}-") as folder:
        archive = Path(folder) / "archive"
        publisher.download(copy.service, copy.version, repository, archive)
        with archive.open("rb") as file:
            digest = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    return _Published(by=publisher.label, digest=digest)


def _tell_the_difference(tx: Transaction, copy: MirroredCopy, because: str) -> None:
    payload = {**_payload(copy), "because": because}
    tx.log("artefact_differs_upstream", PLATFORM, service=copy.service, payload=payload)
    tx.tell(messages.past_the_platform.copy_differs(copy, because))
    tx.wake()


def _payload(copy: MirroredCopy) -> JsonObject:
    return {"version": copy.version, "digest": copy.digest, "source": copy.source}
