"""Plays the commands of a history on the use cases, and says what they answered in the words of the model."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from slipway.domain.errors import HeldBackError, RefusedError, SlipwayError
from slipway.domain.grant import Step
from slipway.domain.json_value import JsonObject
from slipway.domain.policy.decision import Blocker
from slipway.domain.release import Attempt, ChangeKind, Origin, Release
from slipway.domain.release_window import DayWindow, ReleaseWindow, Weekday
from slipway.domain.service import StageRole
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.outside.surroundings import RunState
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import NotAsked
from slipway.use_cases.expire_request import expire_request
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.reconcile import start_renewals
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer, may_go_on
from tests.builders import a_service, people, platform_rules
from tests.fakes.activity_lock import FakeActivityLock
from tests.fakes.artefact_source import FakeArtefactSource
from tests.integration.interleavings.history import SERVICES
from tests.integration.interleavings.model import CLOSES, CLOSES_ON_FRIDAY, GRANT_LIVES, OPENS, PROOF_LIVES
from tests.scene import TASK, MortalTarget, ProcessKilledError, Scene, killed

HOURS = {day: DayWindow(opens=OPENS, closes=CLOSES) for day in list(Weekday)[:4]}
HOURS[Weekday.FRIDAY] = DayWindow(opens=OPENS, closes=CLOSES_ON_FRIDAY)
GRANT_MINUTES = round(GRANT_LIVES.total_seconds() / 60)
RULES = platform_rules(
    window=ReleaseWindow(days=HOURS),
    request_minutes=GRANT_MINUTES,
    grant_minutes=GRANT_MINUTES,
    proof_life_minutes=round(PROOF_LIVES.total_seconds() / 60),
)
DEFINITIONS = tuple(a_service(name, dev=False) for name in SERVICES)
SAME = {"window_closed": "window", "window_too_short": "window", "never_fits": "window", "verdict_owed": "hold"}
"""Codes between which the model makes no difference."""
PATIENCE = 30
"""How often a start looks again before the player takes it for one that waits."""


class StillWaitingError(BaseException):
    """A task that waits is left to wait: its process would sleep."""


class Locks(FakeActivityLock):
    """Its files have a number."""

    def hold(self, activity_id: str) -> IO[bytes]:
        """As the fake."""
        super().hold(activity_id).close()
        self._held[activity_id] = _Numbered()
        return self._held[activity_id]


class _Numbered(BytesIO):
    def fileno(self) -> int:
        return -1


class Artefacts(FakeArtefactSource):
    """Nothing is unpacked: the target looks at no file."""

    def fetch(self, artefact: Artefact, into: Path) -> Path:
        """The empty folder."""
        return into


class Player:
    """A scene, driven by commands. `set_clock` sets the clock of its database."""

    def __init__(self, scene: Scene, now: datetime, set_clock: Callable[[datetime], None]) -> None:
        self.scene = scene
        self._now = now
        self._set_clock = set_clock
        self._asked = 0
        scene.artefacts = Artefacts()
        scene.world = replace(scene.world, artefacts=scene.artefacts, locks=Locks(), sleep=self._sleep)
        self._slept = 0
        scene.target.clock = lambda: self._now

    def picture(self) -> tuple[list[str], list[str]]:
        """Holder and queue as the database has them."""
        with self.scene.store.transaction() as tx:
            holder, waiting = tx.turns.holder("live"), tx.turns.waiting("live")
        return (
            [f"{holder.attempt_id} {holder.role}"] if holder else [],
            [f"{turn.attempt_id} {turn.role}" for turn in waiting],
        )

    def ask(self, service: str, urgent: bool) -> str:
        """As the model's; so are all that follow."""
        self._asked += 1
        kind = ChangeKind.EMERGENCY if urgent else ChangeKind.STANDARD
        return self._open(service, f"{self._asked}.0", by="lena" if urgent else "rita", kind=kind)

    def retry(self, release_id: str) -> str:
        with self.scene.store.transaction() as tx:
            last = tx.releases.attempts(release_id)[-1]
        try:
            return self._open(last.service, last.version, by="rob", release_id=release_id)
        except RefusedError:
            return "refused"

    def renew(self) -> str:
        runs = Renewals(self.scene)
        start_renewals(self.scene.world, runs)
        return f"started {runs.started}"

    def vote(self, attempt_id: str, step: str, person: str, approves: bool) -> str:
        attempt = self._attempt(attempt_id)
        if isinstance(self.scene.ask(attempt, Step(step)), NotAsked):
            return "not asked"
        return str(self.scene.answer(attempt, Step(step), person, "Approve" if approves else "Reject").kind)

    def expire(self, attempt_id: str, step: str) -> str:
        said = expire_request(self.scene.world, attempt_id, Step(step), TASK)
        return "answered" if "in the last moment" in said else "expired"

    def turn(self, attempt_id: str) -> str:
        result = self.scene.turn(self._attempt(attempt_id), self._role(attempt_id))
        match result.answer:
            case TurnAnswer.WAIT:
                return f"wait {codes(result.blockers)}"
            case TurnAnswer.ENDED:
                return f"ended {result.outcome}"
        return str(result.answer)

    def look(self, attempt_id: str) -> str:
        return str(may_go_on(self.scene.world, attempt_id, self._role(attempt_id)))

    def deploy(self, attempt_id: str, fate: str) -> str:
        attempt, target = self._attempt(attempt_id), self.scene.target
        self._slept = 0
        self._mortal(fate)
        target.never_healthy = {attempt.version} if fate == "is unhealthy" else set()
        try:
            self.scene.deploy(attempt, self._role(attempt_id))
        except NotPermittedError as error:
            return f"refused {codes(error.decision.blockers)}"
        except HeldBackError:
            return "waits"
        except SlipwayError:
            return "failed"
        except ProcessKilledError:
            return "killed"
        except StillWaitingError:
            return "waits"
        finally:
            self._mortal("lives")
            target.never_healthy = set()
        return "deployed"

    def smoke(self, attempt_id: str, verdict: str) -> str:
        attempt = self._attempt(attempt_id)
        self.scene.probe.verdicts[attempt.version] = CheckStatus(verdict)
        try:
            self.scene.smoke(attempt, self._role(attempt_id))
        except SlipwayError:
            return "failed"
        return "passed"

    def finish(self, attempt_id: str, fate: str) -> str:
        self._mortal(fate)
        try:
            return str(self.scene.finish(self._attempt(attempt_id), self._role(attempt_id)).outcome)
        except ProcessKilledError:
            return "killed"
        finally:
            self._mortal("lives")

    def close(self, attempt_id: str) -> str:
        return str(self.scene.close(self._attempt(attempt_id)).outcome)

    def stop(self, attempt_id: str) -> str:
        stop(self.scene.world, self._attempt(attempt_id).release_id, Actor(id="rita", via="rest"), "found something")
        return "stops"

    def hold(self, scope: str, name: str | None, absolute: bool, minutes: int | None) -> str:
        until = None if minutes is None else self._now + timedelta(minutes=minutes)
        with self.scene.store.transaction() as tx:
            tx.records.place_hold(scope, name, "an audit", "lena", until, None, absolute=absolute)
        return "held"

    def lift(self, number: int) -> str:
        with self.scene.store.transaction() as tx:
            tx.records.lift_hold(number, "lena", "done")
        return "lifted"

    def move_clock(self, minutes: int) -> str:
        self._now += timedelta(minutes=minutes)
        self._set_clock(self._now)
        return str(self._now)

    def people(self, gone: tuple[str, ...]) -> str:
        self.scene.activate(RULES, people(*gone))
        return "in effect"

    def _open(self, service: str, version: str, **more: Any) -> str:
        before = self._superseded(service)
        declared = ",".join(release.id for release in self._urgent(service))
        attempt = self.scene.opened(version, service=service, contains=declared, **more)
        self._declare(service)
        return f"{attempt.id} replaces {sorted(self._superseded(service) - before)}"

    def _urgent(self, service: str) -> list[Release]:
        with self.scene.store.transaction() as tx:
            known = [tx.releases.get(f"r{number}") for number in range(1, self._asked + 1)]
        return [one for one in known if one is not None and one.service == service and one.kind.rank]

    def _declare(self, service: str) -> None:
        """Every version contains every emergency, those that were asked for later too: that rule is not played."""
        urgent = self._urgent(service)
        if not urgent:
            return
        with self.scene.store.transaction() as tx:
            attempts = [one for number in range(1, self._asked + 1) for one in tx.releases.attempts(f"r{number}")]
            versions = {one.release_id: one.version for one in attempts}
            for attempt in attempts:
                for one in urgent if attempt.service == service else ():
                    tx.containments.declare(attempt.id, one.id, versions[one.id], "rita")

    def _superseded(self, service: str) -> set[str]:
        with self.scene.store.transaction() as tx:
            known = tx.releases.open_attempts(service)
            return {one.id for one in known if any(s.ending == "superseded" for s in tx.stages.of_attempt(one.id))}

    def _attempt(self, attempt_id: str) -> Attempt:
        with self.scene.store.transaction() as tx:
            attempt = tx.releases.attempt(attempt_id)
        assert attempt is not None
        return attempt

    def _role(self, attempt_id: str) -> StageRole:
        """Where it is."""
        with self.scene.store.transaction() as tx:
            return next(stage.role for stage in tx.stages.of_attempt(attempt_id) if stage.outcome is None)

    def _sleep(self, _seconds: float) -> None:
        self._slept += 1
        if self._slept > PATIENCE:
            raise StillWaitingError

    def _mortal(self, fate: str) -> None:
        unhurt = MortalTarget()
        self.scene.target.before = killed if fate == "dies before" else unhurt.before
        self.scene.target.after = killed if fate == "dies after" else unhurt.after


class Renewals:
    """A scheduler whose runs open their attempt at once."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.started: list[str] = []

    def active_runs(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    def run_state(self, _dag_id: str, _run_id: str) -> RunState:
        return RunState.GONE

    def start_run(self, _dag_id: str, run_id: str, conf: JsonObject) -> None:
        release_id, version = str(conf["release_id"]), str(conf["version"])
        with self._scene.store.transaction() as tx:
            service = tx.releases.attempts(release_id)[-1].service
        attempt = self._scene.opened(
            version, service=service, by="platform", origin=Origin.PLATFORM, release_id=release_id, run_id=run_id
        )
        self.started.append(attempt.id)

    def withdraw_requests(self, _dag_id: str, _run_id: str) -> Sequence[str]:
        return []


def codes(blockers: Sequence[Blocker]) -> list[str]:
    """Each once, in the words of the model."""
    return sorted({SAME.get(blocker.code, blocker.code) for blocker in blockers})
