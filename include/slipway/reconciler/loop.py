"""One round of the reconciler: every duty by itself, so that one that fails, or is slow, does not stop the others."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence

from slipway.adapters.sideline import Job, Sideline
from slipway.catalogue.problems import CatalogueError
from slipway.domain.activity import Quarantine
from slipway.domain.arrival import MirroredCopy
from slipway.domain.errors import SlipwayError
from slipway.domain.release import Attempt
from slipway.use_cases.close_break_glass import end_break_glass
from slipway.use_cases.compare_mirrored import compare, due_comparisons
from slipway.use_cases.do_activity import TaskWorker
from slipway.use_cases.end_holds import end_holds
from slipway.use_cases.expire_pending import expire_pending
from slipway.use_cases.expire_retries import expire_retries
from slipway.use_cases.reconcile import (
    finish_orphans,
    orphans,
    start_asked_changes,
    start_renewals,
    withdraw_dead_questions,
)
from slipway.use_cases.remind_people import remind_people
from slipway.use_cases.return_preprod import ask_returns
from slipway.use_cases.start_rollbacks import start_rollbacks
from slipway.use_cases.sync_accounts import accounts_are_behind
from slipway.use_cases.tell_log_head import tell_log_head
from slipway.use_cases.watch_catalogue import note_unreadable, watch_catalogue
from slipway.use_cases.watch_quarantines import ask_quarantined, due_quarantines
from slipway.use_cases.watch_reviews import watch_reviews
from slipway.use_cases.world import PLATFORM, ReconcilerPorts, World

_LOG = logging.getLogger(__name__)
SERVICES_AT_ONCE = 4
"""Services whose orphans are finished, or whose targets are asked, at the same time."""


class Reconciler:
    """Keeps what one round must tell the next: which complaints were already made."""

    def __init__(self, world: World, ports: ReconcilerPorts, pid: int) -> None:
        self._world = world
        self._ports = ports
        self._task = TaskWorker(task_instance="reconciler", pid=pid)
        self._complaints: dict[str, str] = {}
        self._orphans = Sideline("orphans", SERVICES_AT_ONCE)
        self._quarantines = Sideline("quarantines", SERVICES_AT_ONCE)
        self._accounts = Sideline("accounts", 1)
        self._comparisons = Sideline("comparisons", 1)

    def round(self) -> None:
        """Every duty once. What may take long is begun here and goes on beside the rounds."""
        self._duty("policy", self._watch_catalogue)
        self._duty("break-glass", lambda: end_break_glass(self._world))
        self._duty("accounts", self._sync_accounts)
        self._duty("withdraw", lambda: withdraw_dead_questions(self._world, self._ports.scheduler))
        self._duty("orphans", self._finish_orphans)
        self._duty("renewals", lambda: start_renewals(self._world, self._ports.scheduler))
        self._duty("changes", lambda: start_asked_changes(self._world, self._ports.scheduler))
        self._duty("retries", lambda: expire_retries(self._world, self._ports.scheduler))
        self._duty("returns", lambda: ask_returns(self._world))
        self._duty("rollbacks", lambda: start_rollbacks(self._world, self._ports.scheduler))
        self._duty("holds", lambda: end_holds(self._world))
        self._duty("pending", lambda: expire_pending(self._world))
        self._duty("reminders", lambda: remind_people(self._world))
        self._duty("log head", lambda: tell_log_head(self._world))
        self._duty("reviews", lambda: watch_reviews(self._world))
        self._duty("quarantines", self._ask_quarantined)
        self._duty("comparisons", self._compare_mirrored)

    def _watch_catalogue(self) -> None:
        try:
            on_disk = self._ports.read_policy(self._ports.catalogue)
        except CatalogueError as error:
            note_unreadable(self._world, error.in_short())
            raise
        news = watch_catalogue(self._world, on_disk, PLATFORM)
        if news is not None:
            _LOG.info("policy: %s", news)

    def close(self) -> None:
        """Returns when what the rounds began has ended."""
        for sideline in (self._accounts, self._orphans, self._quarantines, self._comparisons):
            sideline.close()

    def _sync_accounts(self) -> None:
        behind = accounts_are_behind(self._world.store)
        _raise_what_failed(self._accounts.give({"accounts": self._sync} if behind else {}))

    def _sync(self) -> None:
        _LOG.info("accounts: %s", self._ports.sync_accounts())

    def _finish_orphans(self) -> None:
        """Those of one service after another, of several services at once: an undo may take minutes."""
        found, problems = orphans(self._world, self._ports.scheduler)
        by_service: dict[str, list[Attempt]] = defaultdict(list)
        for attempt in found:
            by_service[attempt.service].append(attempt)
        failures = self._orphans.give({service: self._finishing(own) for service, own in by_service.items()})
        _raise_what_failed([*map(SlipwayError, problems), *failures])

    def _finishing(self, attempts: Sequence[Attempt]) -> Job:
        return lambda: finish_orphans(self._world, attempts, self._task)

    def _ask_quarantined(self) -> None:
        due = due_quarantines(self._world)
        _raise_what_failed(self._quarantines.give({one.activity_id: self._asking(one) for one in due}))

    def _asking(self, quarantine: Quarantine) -> Job:
        return lambda: ask_quarantined(self._world, quarantine)

    def _compare_mirrored(self) -> None:
        """Downloads what is published anew: one at a time, as nobody waits for it."""
        due = due_comparisons(self._world)
        _raise_what_failed(self._comparisons.give({str(one.id): self._comparing(one) for one in due}))

    def _comparing(self, copy: MirroredCopy) -> Job:
        return lambda: compare(self._world, copy)

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


def _raise_what_failed(failures: Sequence[BaseException]) -> None:
    """A bug as it is; what merely did not work yet, all of it in one."""
    for failure in failures:
        if not isinstance(failure, SlipwayError):
            raise failure
    if failures:
        raise SlipwayError("; ".join(map(str, failures)))
