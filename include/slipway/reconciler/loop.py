"""One round of the reconciler: every duty by itself, so that one that fails does not stop the others."""

import logging
from collections.abc import Callable

from slipway.domain.errors import SlipwayError
from slipway.use_cases.do_activity import TaskWorker
from slipway.use_cases.end_holds import end_holds
from slipway.use_cases.expire_pending import expire_pending
from slipway.use_cases.reconcile import (
    finish_orphans,
    start_asked_changes,
    start_renewals,
    withdraw_dead_questions,
)
from slipway.use_cases.send_outbox import send_outbox
from slipway.use_cases.watch_catalogue import watch_catalogue
from slipway.use_cases.watch_quarantines import watch_quarantines
from slipway.use_cases.world import PLATFORM, ReconcilerPorts, World

_LOG = logging.getLogger(__name__)


class Reconciler:
    """Keeps what one round must tell the next: which complaints were already made."""

    def __init__(self, world: World, ports: ReconcilerPorts, pid: int) -> None:
        self._world = world
        self._ports = ports
        self._task = TaskWorker(task_instance="reconciler", pid=pid)
        self._complaints: dict[str, str] = {}

    def round(self) -> None:
        """Every duty once."""
        self._duty("policy", self._watch_catalogue)
        self._duty("withdraw", lambda: withdraw_dead_questions(self._world, self._ports.scheduler))
        self._duty("orphans", self._finish_orphans)
        self._duty("renewals", lambda: start_renewals(self._world, self._ports.scheduler))
        self._duty("changes", lambda: start_asked_changes(self._world, self._ports.scheduler))
        self._duty("holds", lambda: end_holds(self._world))
        self._duty("pending", lambda: expire_pending(self._world))
        self._duty("quarantines", lambda: watch_quarantines(self._world))
        self._duty("outbox", lambda: send_outbox(self._world, self._ports.notifier))

    def _watch_catalogue(self) -> None:
        news = watch_catalogue(self._world, self._ports.read_policy(self._ports.catalogue), PLATFORM)
        if news is not None:
            _LOG.info("policy: %s", news)

    def _finish_orphans(self) -> None:
        unsettled = finish_orphans(self._world, self._ports.scheduler, self._task)
        if unsettled:
            raise SlipwayError("not settled yet: " + "; ".join(unsettled))

    def _duty(self, name: str, action: Callable[[], object]) -> None:
        """A complaint is written once, not once a second, and taken back when the duty works again."""
        try:
            action()
        except SlipwayError as error:
            if self._complaints.get(name) != str(error):
                _LOG.warning("%s: %s", name, error)
            self._complaints[name] = str(error)
            return
        except Exception as error:  # noqa: BLE001 - one bug must not leave lanes held and pages unsent
            if self._complaints.get(name) != repr(error):
                _LOG.exception("%s: a bug; the other duties go on", name)
            self._complaints[name] = repr(error)
            return
        if self._complaints.pop(name, None) is not None:
            _LOG.info("%s: works again", name)
