"""Why a search of the log found nothing: a kind, release or service that is none, with the one that was meant."""

from collections.abc import Iterable, Iterator

from slipway.adapters.database.log_reader import LogReader
from slipway.adapters.database.overview import Overview
from slipway.adapters.database.transaction import DatabaseTransaction
from slipway.catalogue.problems import nearest
from slipway.cli.no_release import no_release
from slipway.docs.log_kinds import all_kinds
from slipway.domain.errors import NotFoundError


def unknown_kind(tx: DatabaseTransaction, kind: str | None) -> Iterator[str]:
    """That there is no such kind, in words. Anything that the log itself names is known."""
    if kind is not None and kind not in all_kinds() and not LogReader(tx.sql).newest(kind=kind, limit=1):
        yield f"there is no kind {kind}{_meant(kind, all_kinds(), 'docs/reference/log-kinds.md has them all')}"


def unknown(tx: DatabaseTransaction, *, release: str | None, service: str | None) -> Iterator[str]:
    """That there is no such release or service, in words. Anything that the log itself names is known."""
    log = LogReader(tx.sql)
    if release is not None and Overview(tx.sql).release(release) is None and not log.newest(release=release, limit=1):
        yield no_release(tx, release)
    if service is not None and service not in (known := _services(tx)) and not log.newest(service=service, limit=1):
        yield f"there is no service {service}{_meant(service, known, '`slipway services` lists them')}"


def _services(tx: DatabaseTransaction) -> Iterable[str]:
    try:
        return tx.policy().services
    except NotFoundError:
        return ()


def _meant(word: str, known: Iterable[str], else_see: str) -> str:
    close = nearest(word, known)
    return f": did you mean {close}?" if close else f": {else_see}"
