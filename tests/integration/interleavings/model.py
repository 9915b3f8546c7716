"""What the rules of `lifecycle.md` say must happen, told in one place and without a database: the reference.

It shares no code with the use cases. A method is a command of `play.py`; it returns the answer that must come.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

PREPROD, PROD = "preprod", "prod"
ROLES = (PREPROD, PROD)
VOTES = {PREPROD: ("approve",), PROD: ("authorise", "sign_off")}
GRANT_LIVES = timedelta(minutes=600)
PROOF_LIVES = timedelta(days=2)
OPENS, CLOSES, CLOSES_ON_FRIDAY = 570, 1020, 960
UNDO_TRIES = 3

FINAL = {"attempt_ended", "stage_ended", "stopped", "not_proven", "grant_missing", "bad_version"}
RENEWED = {"grant_expired", "grant_void", "proof_void", "proof_expired", "preprod_unhealthy", "preprod_moved_on"}
WAITED_FOR = {"rescue_running", "service_busy", "preprod_unhealthy"}
"""What a start waits for while something is brought back."""
AWAITS_RETRY = {"refused", "rolled_back", "failed", "renewed"}
GOES_ON = {"passed", "carried_over"}


@dataclass
class Turn:
    """A place in the queue of the live lane."""

    number: int
    state: str
    rank: int
    ready_at: datetime


@dataclass
class Grant:
    """An answer that counts."""

    person: str
    approves: bool
    at: datetime


@dataclass
class Stage:
    """Preprod or Prod of an attempt."""

    role: str
    ending: str | None = None
    outcome: str | None = None
    asked_until: dict[str, datetime] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    turn: Turn | None = None
    permit_at: datetime | None = None
    before: str | None = None
    """The version that ran before the permit."""
    deploy: str | None = None
    """None, open, done or failed."""
    undos: list[str] = field(default_factory=list)
    smoke: str | None = None
    confirmed: bool | None = None

    @property
    def holds(self) -> bool:
        return self.turn is not None and self.turn.state == "holding"

    @property
    def waits(self) -> bool:
        return self.turn is not None and self.turn.state == "waiting"

    @property
    def overtaken(self) -> bool:
        """It goes on without the lane, and keeps its service."""
        return self.permit_at is not None and not self.holds


@dataclass
class Attempt:
    """One run of a release."""

    id: str
    release: "Release"
    version: str
    stages: dict[str, Stage] = field(default_factory=lambda: {role: Stage(role) for role in ROLES})
    stopped: bool = False
    outcome: str | None = None

    @property
    def stage(self) -> Stage | None:
        """Where it is: the first stage without an outcome; None where only closing is left."""
        for stage in self.stages.values():
            if stage.outcome is None:
                return stage
            if stage.outcome not in GOES_ON:
                return None
        return None


@dataclass
class Release:
    """One intent."""

    id: str
    service: str
    rank: int
    asked_at: datetime
    state: str = "open"
    attempts: list[Attempt] = field(default_factory=list)


@dataclass
class Hold:
    """Binds everything (`name` None), an environment or a service."""

    scope: str
    name: str | None
    absolute: bool
    until: datetime | None
    exempt: str | None = None
    lifted: bool = False


@dataclass
class Running:
    """What a target says."""

    version: str | None
    healthy: bool


class Model:
    """Everything that decides who may work on the live path."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.releases: list[Release] = []
        self.attempts: list[Attempt] = []
        """All, oldest release first."""
        self.holds: list[Hold] = []
        self.gone: set[str] = set()
        self.bad: set[tuple[str, str]] = set()
        self.leases: dict[tuple[str, str], tuple[str, str]] = {}
        self.logged: dict[tuple[str, str], str | None] = {}
        self.targets: dict[tuple[str, str], Running] = {}
        self.proofs: dict[tuple[str, str, str], tuple[str, datetime, bool]] = {}
        """Of the latest: verdict, instant, voided."""
        self.took: dict[tuple[str, str], list[float]] = {}
        self.turns = 0

    # What there is -----------------------------------------------------------------------------------------------

    @property
    def open(self) -> list[Attempt]:
        """Those that have not ended."""
        return [attempt for attempt in self.attempts if attempt.outcome is None]

    def find(self, attempt_id: str) -> Attempt:
        """The attempt of this id."""
        return next(attempt for attempt in self.attempts if attempt.id == attempt_id)

    @property
    def holder(self) -> tuple[Attempt, Stage] | None:
        """Who has the lane."""
        return next(((a, s) for a in self.attempts for s in a.stages.values() if s.holds), None)

    @property
    def queue(self) -> list[tuple[Attempt, Stage]]:
        """Who waits: urgent ones first, then who was authorised first, then who queued first."""
        waiting = [(a, s) for a in self.attempts for s in a.stages.values() if s.waits]
        return sorted(waiting, key=lambda pair: _order(pair[1]))

    def picture(self) -> tuple[list[str], list[str]]:
        """Holder and queue, to compare with what the database has."""
        holder = self.holder
        names = [f"{holder[0].id} {holder[1].role}"] if holder else []
        return names, [f"{a.id} {s.role}" for a, s in self.queue]

    # What people and runs do -------------------------------------------------------------------------------------

    def ask(self, service: str, urgent: bool) -> str:
        """A new release, up to live."""
        number = len(self.releases) + 1
        release = Release(f"r{number}", service, int(urgent), self.now)
        self.releases.append(release)
        replaced = self._supersede(release)
        self._open(release, f"{number}.0")
        return f"{release.id}.1 replaces {replaced}"

    def retry(self, release_id: str) -> str:
        """A person goes on with a release, with the same version."""
        release = next(one for one in self.releases if one.id == release_id)
        if release.state != "awaiting_retry" or (release.service, release.attempts[-1].version) in self.bad:
            return "refused"
        release.state = "open"
        replaced = self._supersede(release)
        attempt = self._open(release, release.attempts[-1].version)
        return f"{attempt.id} replaces {replaced}"

    def renew(self) -> str:
        """The reconciler goes on with what has to be authorised or proven again."""
        started = []
        due = [r.attempts[-1] for r in self.releases if r.state == "awaiting_retry"]
        for attempt in sorted(due, key=lambda one: one.id):
            release = attempt.release
            if attempt.outcome != "renewed" or attempt.stopped:
                continue
            others = [a.release for a in self.open if a.release.service == release.service and a.release != release]
            if any(other.asked_at > release.asked_at and other.rank >= release.rank for other in others):
                release.state = "ended"
                continue
            if any(self._endless(release, role) for role in self._asked_anew(attempt)):
                continue
            release.state = "open"
            started.append(self._open(release, attempt.version).id)
        return f"started {started}"

    def vote(self, attempt_id: str, step: str, person: str, approves: bool) -> str:
        """Somebody answers a question."""
        attempt, stage = self._at(attempt_id)
        if stage.ending or attempt.stopped or step in stage.grants:
            return "not asked"
        if step != "confirm":
            first_end = [grant.at + GRANT_LIVES for grant in stage.grants.values()]
            until = stage.asked_until.setdefault(step, min([self.now + GRANT_LIVES, *first_end]))
            authoriser = stage.grants.get("authorise")
            same = step == "sign_off" and authoriser is not None and authoriser.person == person
            if self.now > until or person in self.gone or same:
                return "does_not_count"
        stage.grants[step] = Grant(person, approves, self.now)
        if step == "confirm":
            stage.confirmed = approves
        elif not approves:
            stage.ending = "rejected"
        return "granted" if approves else "rejected"

    def expire(self, attempt_id: str, step: str) -> str:
        """Nobody answered in time."""
        _, stage = self._at(attempt_id)
        if step in stage.grants:
            return "answered"
        stage.ending = stage.ending or "expired"
        return "expired"

    def turn(self, attempt_id: str) -> str:
        """A stage asks for the lane."""
        attempt, stage = self._at(attempt_id)
        codes = self.codes(attempt, stage)
        if stage.holds and not codes & {"stage_ended", "stopped"}:
            return "taken"
        if stage.overtaken and not codes & {"stage_ended", "stopped"}:
            return "not_needed"
        ending = stage.ending or _ending(codes)
        if ending:
            stage.ending = ending
            return f"ended {ending}"
        if stage.turn is None:
            self.turns += 1
            ready = self._first_authorised(attempt.release, stage.role) or self.now
            stage.turn = Turn(self.turns, "waiting", attempt.release.rank, ready)
        codes |= self._ahead(attempt, stage)
        if codes:
            return f"wait {sorted(codes)}"
        if self.holder is not None:
            _turn_of(self.holder[1]).state = "freed"
        stage.turn.state = "holding"
        return "taken"

    def look(self, attempt_id: str) -> str:
        """Whether a stage that waits should be woken."""
        attempt, stage = self._at(attempt_id)
        codes = self.codes(attempt, stage)
        return str(bool(codes & (FINAL | RENEWED)) or not (codes or self._ahead(attempt, stage)))

    def deploy(self, attempt_id: str, fate: str) -> str:
        """The task that deploys; its process may die before or after the target did it."""
        attempt, stage = self._at(attempt_id)
        place = (attempt.release.service, stage.role)
        if stage.deploy is not None:
            self._settle(attempt, stage)
            return "deployed" if stage.deploy == "done" else "failed"
        codes = self.codes(attempt, stage, for_permit=True)
        if "rescue_running" in codes and codes <= WAITED_FOR:
            return "waits"
        if codes:
            self._refuse(attempt, stage, codes)
            return f"refused {sorted(codes)}"
        stage.permit_at, stage.before, stage.deploy = self.now, self.logged.get(place), "open"
        if place in self.leases:
            overtaken = self.find(self.leases[place][0])
            self._ended(
                overtaken, overtaken.stages[PROD], "passed" if overtaken.stages[PROD].confirmed else "superseded"
            )
        self.leases[place] = (attempt.id, stage.role)
        if fate == "dies before":
            return "killed"
        if fate == "is unhealthy":
            self.targets[place] = Running(self._runs(place).version, healthy=False)
            stage.deploy = "failed"
            return "failed"
        self.targets[place] = Running(attempt.version, healthy=True)
        if fate == "dies after":
            return "killed"
        stage.deploy, self.logged[place] = "done", attempt.version
        return "deployed"

    def smoke(self, attempt_id: str, verdict: str) -> str:
        """The task that tests."""
        attempt, stage = self._at(attempt_id)
        if stage.deploy != "done" or stage.undos or stage.smoke == "fail":
            return "failed"
        service = attempt.release.service
        stage.smoke = verdict
        self.proofs[service, stage.role, attempt.version] = (verdict, self.now, False)
        if verdict == "pass":
            assert stage.permit_at is not None
            seconds = max(0.0, (self.now - stage.permit_at).total_seconds())
            self.took.setdefault((service, stage.role), []).append(seconds)
        return "passed" if verdict == "pass" else "failed"

    def finish(self, attempt_id: str, fate: str) -> str:
        """The teardown; its process may die while it undoes."""
        attempt, stage = self._at(attempt_id)
        return self._finish(attempt, stage, dies=fate == "dies before")

    def close(self, attempt_id: str) -> str:
        """The last task, or the reconciler where the run has gone."""
        attempt = self.find(attempt_id)
        for stage in attempt.stages.values():
            if stage.outcome is None:
                self._finish(attempt, stage, dies=False)
            if stage.outcome not in GOES_ON:
                break
        attempt.outcome = self._outcome(attempt)
        for stage in attempt.stages.values():
            stage.outcome = stage.outcome or "not_started"
        attempt.release.state = "awaiting_retry" if attempt.outcome in AWAITS_RETRY else "ended"
        return attempt.outcome

    def stop(self, attempt_id: str) -> str:
        """Somebody of the team stops it."""
        self.find(attempt_id).stopped = True
        return "stops"

    def hold(self, scope: str, name: str | None, absolute: bool, minutes: int | None) -> str:
        """Somebody holds something."""
        until = None if minutes is None else self.now + timedelta(minutes=minutes)
        self.holds.append(Hold(scope, name, absolute, until))
        return "held"

    def lift(self, number: int) -> str:
        """Somebody lifts a hold."""
        self.holds[number - 1].lifted = True
        return "lifted"

    def move_clock(self, minutes: int) -> str:
        """Time passes, or the clock is put back."""
        self.now += timedelta(minutes=minutes)
        return str(self.now)

    def people(self, gone: tuple[str, ...]) -> str:
        """These have left; all others are there."""
        self.gone = set(gone)
        return "in effect"

    # What must be so ---------------------------------------------------------------------------------------------

    def codes(self, attempt: Attempt, stage: Stage, *, for_permit: bool = False) -> set[str]:
        """Everything that stands in the way of a stage."""
        rules = [self._over, self._unproven, self._unvoted, self._in_the_way]
        rules += [self._without_the_lane, self._disagreeing] if for_permit else []
        return {code for rule in rules for code in rule(attempt, stage)}

    def _over(self, attempt: Attempt, stage: Stage) -> Iterator[str]:
        if attempt.outcome:
            yield "attempt_ended"
        if stage.ending or stage.outcome:
            yield "stage_ended"
        if attempt.stopped:
            yield "stopped"

    def _unvoted(self, _attempt: Attempt, stage: Stage) -> Iterator[str]:
        for step in VOTES[stage.role]:
            grant = stage.grants.get(step)
            if grant is None or not grant.approves:
                yield "grant_missing"
            elif grant.at + GRANT_LIVES <= self.now:
                yield "grant_expired"
            if grant is not None and grant.approves and grant.person in self.gone:
                yield "grant_void"

    def _in_the_way(self, attempt: Attempt, stage: Stage) -> Iterator[str]:
        release, service = attempt.release, attempt.release.service
        if (service, attempt.version) in self.bad:
            yield "bad_version"
        if any(self._binds(hold, release, stage.role) for hold in self.holds):
            yield "hold"
        if not release.rank and not self._fits(service, stage.role):
            yield "window"
        worker, role = self.leases.get((service, stage.role), (attempt.id, stage.role))
        if worker != attempt.id and not self._overtakes(release, self.find(worker), role):
            yield "service_busy"
        if any(s.undos and s.outcome is None for a in self.open for s in a.stages.values()):
            yield "rescue_running"

    def _without_the_lane(self, _attempt: Attempt, stage: Stage) -> Iterator[str]:
        if not stage.holds:
            yield "no_turn"

    def _unproven(self, attempt: Attempt, stage: Stage) -> Iterator[str]:
        service = attempt.release.service
        if stage.role == PREPROD:
            return
        if attempt.stages[PREPROD].outcome not in GOES_ON:
            yield "not_proven"
            return
        if self.logged.get((service, PREPROD)) != attempt.version:
            yield "preprod_moved_on"
        verdict, at, voided = self.proofs[service, PREPROD, attempt.version]
        if verdict != "pass" and not voided:
            yield "not_proven"
            return
        if voided:
            yield "proof_void"
        if at + PROOF_LIVES <= self.now:
            yield "proof_expired"

    def _disagreeing(self, attempt: Attempt, stage: Stage) -> Iterator[str]:
        service = attempt.release.service
        if stage.role == PREPROD:
            return
        preprod, prod = self._runs((service, PREPROD)), self._runs((service, PROD))
        if preprod.version != attempt.version:
            yield "preprod_moved_on"
        elif not preprod.healthy:
            yield "preprod_unhealthy"
        if prod.version != self.logged.get((service, PROD)) and not attempt.release.rank:
            yield "live_drift"

    def _binds(self, hold: Hold, release: Release, role: str) -> bool:
        stands = not hold.lifted and (hold.until is None or hold.until > self.now)
        meant = hold.name in {None, role, release.service}
        return stands and meant and hold.exempt != release.id and (hold.absolute or not release.rank)

    def _fits(self, service: str, role: str) -> bool:
        """Open now, and till what this stage needs is over. In winter London is at UTC."""
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        needs = self._needs(service, role)
        closes = midnight + timedelta(minutes=CLOSES_ON_FRIDAY if self.now.weekday() == 4 else CLOSES)
        opens = midnight + timedelta(minutes=OPENS)
        return self.now.weekday() < 5 and opens <= self.now < closes and self.now + needs <= closes

    def _needs(self, service: str, role: str) -> timedelta:
        """There and back again, as long as nine in ten took."""
        seen = sorted(self.took.get((service, role), [])[-20:])
        enough = len(seen) >= 5
        return timedelta(seconds=2 * seen[math.ceil(0.9 * len(seen)) - 1]) if enough else timedelta(minutes=15)

    def _asked_anew(self, attempt: Attempt) -> Iterator[str]:
        """The stages for which a renewal asks people again."""
        for stage in attempt.stages.values():
            if stage.outcome == "renewed":
                yield stage.role
                if set(self._unproven(attempt, stage)) & {"preprod_moved_on", "proof_void", "proof_expired"}:
                    yield PREPROD

    def _endless(self, release: Release, role: str) -> bool:
        """It could not start, and nobody knows until when: then nobody is asked again yet."""
        held = any(hold.until is None and self._binds(hold, release, role) for hold in self.holds)
        never_fits = self._needs(release.service, role) > timedelta(minutes=CLOSES - OPENS)
        return held or (never_fits and not release.rank)

    def _ahead(self, attempt: Attempt, stage: Stage) -> set[str]:
        if stage.holds:
            return set()
        if self.holder is not None and not self._overtakes(attempt.release, self.holder[0], self.holder[1].role):
            return {"lane_busy"}
        for other, waiting in self.queue:
            if waiting is stage:
                break
            if not self.codes(other, waiting):
                return {"queued_behind"}
        return set()

    def _overtakes(self, urgent: Release, other: Attempt, role: str) -> bool:
        """An urgent one overtakes what only people still look at, in Prod."""
        stage = other.stages[role]
        at_rest = role == PROD and stage.outcome is None and stage.smoke == "pass" and stage.confirmed is not False
        untouched = stage.deploy == "done" and not stage.undos and not other.stopped
        return bool(urgent.rank) and at_rest and untouched

    # What follows ------------------------------------------------------------------------------------------------

    def _at(self, attempt_id: str) -> tuple[Attempt, Stage]:
        attempt = self.find(attempt_id)
        stage = attempt.stage
        assert stage is not None
        return attempt, stage

    def _runs(self, place: tuple[str, str]) -> Running:
        return self.targets.get(place, Running(None, healthy=False))

    def _open(self, release: Release, version: str) -> Attempt:
        attempt = Attempt(f"{release.id}.{len(release.attempts) + 1}", release, version)
        verdict, at, voided = self.proofs.get((release.service, PREPROD, version), ("none", self.now, True))
        sound = verdict == "pass" and not voided and at + PROOF_LIVES > self.now
        if release.attempts and sound and self.logged.get((release.service, PREPROD)) == version:
            attempt.stages[PREPROD].outcome = "carried_over"
        release.attempts.append(attempt)
        self.attempts = [one for known in self.releases for one in known.attempts]
        return attempt

    def _supersede(self, newer: Release) -> list[str]:
        replaced = []
        for attempt in self.open:
            other, stage = attempt.release, attempt.stage
            replaceable = other.service == newer.service and other is not newer and other.rank <= newer.rank
            if replaceable and stage and stage.permit_at is None and stage.ending is None:
                stage.ending = "superseded"
                replaced.append(attempt.id)
        return sorted(replaced)

    def _first_authorised(self, release: Release, role: str) -> datetime | None:
        instants = []
        for attempt in release.attempts:
            found = [attempt.stages[role].grants.get(step) for step in VOTES[role]]
            given = [grant.at for grant in found if grant is not None and grant.approves]
            instants += [max(given)] if len(given) == len(found) else []
        return min(instants, default=None)

    def _refuse(self, attempt: Attempt, stage: Stage, codes: set[str]) -> None:
        """Without a permit the stage ends; a proof that its target belies counts no more."""
        if stage.ending is None:
            stage.ending = _ending_at_the_permit(codes)
        if stage.role == PROD and codes & {"preprod_moved_on", "preprod_unhealthy"}:
            place = (attempt.release.service, PREPROD)
            runs, key = self._runs(place), (*place, attempt.version)
            if key in self.proofs and not (runs.healthy and runs.version == attempt.version):
                self.proofs[key] = (*self.proofs[key][:2], True)

    def _settle(self, attempt: Attempt, stage: Stage) -> None:
        """What a dead process left open: the target is asked what runs."""
        place = (attempt.release.service, stage.role)
        runs = self._runs(place)
        if stage.deploy == "open":
            done = runs.healthy and runs.version == attempt.version
            stage.deploy = "done" if done else "failed"
            if done:
                self.logged[place] = attempt.version
        if "open" in stage.undos:
            back = runs.version is None if stage.before is None else runs.healthy and runs.version == stage.before
            stage.undos[-1] = "done" if back else "failed"
            if back:
                self.logged[place] = stage.before

    def _finish(self, attempt: Attempt, stage: Stage, *, dies: bool) -> str:
        if stage.outcome is not None:
            return stage.outcome
        self._settle(attempt, stage)
        outcome = self._how_it_ends(attempt, stage)
        if outcome == "undo":
            while "done" not in stage.undos and len(stage.undos) < UNDO_TRIES:
                if not self._undo(attempt, stage, dies=dies):
                    return "killed"
            outcome = "undone" if "done" in stage.undos else "live_uncertain"
        self._ended(attempt, stage, outcome)
        return outcome

    def _ended(self, attempt: Attempt, stage: Stage, outcome: str) -> None:
        """What follows from an outcome; lane and service are free."""
        stage.outcome = outcome
        service = attempt.release.service
        if stage.smoke == "fail" or stage.confirmed is False:
            self.bad.add((service, attempt.version))
        if stage.role == PROD and outcome in {"undone", "live_uncertain", "unverified"}:
            self.holds.append(Hold("service", service, absolute=True, until=None, exempt=attempt.release.id))
        if stage.turn is not None:
            stage.turn.state = "freed"
        if self.leases.get((service, stage.role)) == (attempt.id, stage.role):
            del self.leases[service, stage.role]

    def _undo(self, attempt: Attempt, stage: Stage, *, dies: bool) -> bool:
        """One try; False where its process died."""
        place = (attempt.release.service, stage.role)
        runs = self._runs(place)
        stands = stage.before is not None and runs.healthy and runs.version == stage.before
        if dies and stage.before is not None and not stands:
            stage.undos.append("open")
            return False
        stage.undos.append("done")
        self.targets[place] = Running(stage.before, healthy=stage.before is not None)
        self.logged[place] = stage.before
        return True

    def _how_it_ends(self, attempt: Attempt, stage: Stage) -> str:
        if stage.deploy is None:
            if stage.ending and not (attempt.stopped and stage.ending == "renewed"):
                return stage.ending
            return "withdrawn" if attempt.stopped else "not_started"
        if stage.deploy == "done" and stage.smoke == "pass" and not attempt.stopped and not stage.undos:
            if stage.role == PREPROD or stage.confirmed:
                return "passed"
            return "unverified" if stage.confirmed is None else "undo"
        return "undo"

    def _outcome(self, attempt: Attempt) -> str:
        for stage in attempt.stages.values():
            if stage.outcome == "undone":
                return "rolled_back" if stage.role == PROD else "failed"
            if stage.outcome == "not_started":
                return "failed"
            if stage.outcome not in GOES_ON:
                assert stage.outcome is not None
                return stage.outcome
        return "live"


def _turn_of(stage: Stage) -> Turn:
    assert stage.turn is not None
    return stage.turn


def _order(stage: Stage) -> tuple[int, datetime, int]:
    turn = _turn_of(stage)
    return -turn.rank, turn.ready_at, turn.number


def _ending(codes: set[str]) -> str | None:
    if "stopped" in codes:
        return "withdrawn"
    if codes & FINAL:
        return "refused"
    return "renewed" if codes & RENEWED else None


def _ending_at_the_permit(codes: set[str]) -> str:
    if "stopped" in codes:
        return "withdrawn"
    return "renewed" if codes & RENEWED and "live_drift" not in codes else "refused"
