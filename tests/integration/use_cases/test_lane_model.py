"""Random releases, approvals, crashes, stops and holds: the lane stays whole, whatever happens in whatever order."""

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from slipway.adapters.database.log_reader import read_log
from slipway.domain.errors import SlipwayError
from slipway.domain.grant import Step
from slipway.domain.log_entry import verify_chain
from slipway.domain.release import Attempt
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.values import Actor
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer, may_go_on
from tests.builders import PREPROD, a_service
from tests.scene import MortalTarget, ProcessKilledError, Scene, killed

SERVICES = ("orders", "forms", "greeter", "search", "mail")
STRAY_ACTIVITIES = """
    SELECT count(*) FROM activity a WHERE a.state = 'open' AND NOT (
        EXISTS (SELECT FROM service_lease l WHERE l.attempt_id = a.attempt_id AND l.role = a.role
                AND l.freed_at IS NULL)
        AND EXISTS (SELECT FROM turn t WHERE t.attempt_id = a.attempt_id AND t.role = a.role AND t.state = 'holding'
                    AND t.fencing = a.fencing))
"""


class LaneMachine(RuleBasedStateMachine):
    """Preprod's side of the live lane, for three services without Dev."""

    make: Callable[[], Scene]

    def __init__(self) -> None:
        super().__init__()
        self.scene = type(self).make()
        self.open: list[Attempt] = []
        self.ready: list[str] = []
        """Approved attempts, in the order of their approval."""
        self.waiting: set[str] = set()
        self.holds: dict[str, int] = {}
        self.fencing = 0
        self.versions = 0

    def one(self, pick: int) -> Attempt:
        return self.open[pick % len(self.open)]

    @rule(service=st.sampled_from(SERVICES), approved=st.sampled_from([True, True, True, False]))
    def somebody_asks_and_somebody_approves(self, service: str, approved: bool) -> None:
        self.versions += 1
        attempt = self.scene.opened(f"1.{self.versions}", service=service, to=PREPROD)
        self.open.append(attempt)
        if approved:
            self.scene.grant(attempt, Step.APPROVE, "sam")
            self.ready.append(attempt.id)

    @precondition(lambda self: self.open)
    @rule(pick=st.integers(0, 9))
    def its_turn_is_asked_for(self, pick: int) -> None:
        attempt = self.one(pick)
        if attempt.id not in self.ready:
            return
        with self.scene.store.transaction() as tx:
            held_before = tx.turns.find(attempt.id, PREPROD)
        result = self.scene.turn(attempt, PREPROD)
        if result.answer is TurnAnswer.WAIT:
            self.waiting.add(attempt.id)
        if result.answer is TurnAnswer.TAKEN and (held_before is None or held_before.state != "holding"):
            self._nobody_was_overtaken(attempt)
            self._the_number_grew(attempt)

    @precondition(lambda self: self.open)
    @rule(pick=st.integers(0, 9), dies=st.sampled_from(["not", "not", "before", "after"]))
    def it_is_deployed(self, pick: int, dies: str) -> None:
        target = self.scene.target
        target.before = killed if dies == "before" else MortalTarget().before
        target.after = killed if dies == "after" else MortalTarget().after
        try:
            self.scene.deploy(self.one(pick), PREPROD)
        except (SlipwayError, ProcessKilledError):
            pass
        finally:
            target.before = target.after = MortalTarget().before

    @precondition(lambda self: self.open)
    @rule(pick=st.integers(0, 9))
    def everybody_asks_for_the_turn(self, pick: int) -> None:
        for each in range(len(self.open)):
            self.its_turn_is_asked_for(pick=pick + each)

    @precondition(lambda self: self.open)
    @rule(pick=st.integers(0, 9), status=st.sampled_from(CheckStatus))
    def it_is_tested(self, pick: int, status: CheckStatus) -> None:
        attempt = self.one(pick)
        self.scene.probe.verdicts[attempt.version] = status
        try:
            self.scene.smoke(attempt, PREPROD)
        except SlipwayError:
            return

    @precondition(lambda self: self.open)
    @rule(pick=st.integers(0, 9), dies=st.booleans())
    def it_is_finished_and_closed(self, pick: int, dies: bool) -> None:
        with self.scene.store.transaction() as tx:
            holder = tx.turns.holder("live")
        attempt = next((a for a in self.open if holder and a.id == holder.attempt_id), self.one(pick))
        self.scene.target.before = killed if dies else MortalTarget().before
        try:
            closing = self.scene.close(attempt)
        except ProcessKilledError:
            return
        finally:
            self.scene.target.before = MortalTarget().before
        assert closing.outcome is not None
        self.open.remove(attempt)
        self.waiting.discard(attempt.id)

    @precondition(lambda self: self.open)
    @rule(pick=st.integers(0, 9))
    def it_is_stopped(self, pick: int) -> None:
        attempt = self.one(pick)
        stop(self.scene.world, attempt.release_id, Actor(id="rob", via="cli"), "wrong version")
        self.waiting.discard(attempt.id)

    @rule(service=st.sampled_from(SERVICES))
    def a_hold_is_placed_or_lifted(self, service: str) -> None:
        with self.scene.store.transaction() as tx:
            if service in self.holds:
                assert tx.records.lift_hold(self.holds.pop(service), "lena", "done")
            else:
                self.holds[service] = tx.records.place_hold("service", service, "an audit", "lena", None, None)

    @invariant()
    def no_lane_has_two_holders_and_no_work_is_without_lease_and_turn(self) -> None:
        with self.scene.store.transaction() as tx:
            lanes = tx.sql.all("SELECT lane FROM turn WHERE state = 'holding' GROUP BY lane HAVING count(*) > 1")
            strays = tx.sql.value(STRAY_ACTIVITIES)
        assert (list(lanes), strays) == ([], 0)

    @invariant()
    def no_waiter_is_lost(self) -> None:
        """All are in the queue; and where the lane is free, exactly the first who is not held may go on."""
        mine = self._could_go()
        with self.scene.store.transaction() as tx:
            queued = {turn.attempt_id for turn in tx.turns.waiting("live")}
            holder = tx.turns.holder("live")
        assert set(mine) <= queued
        if holder is None and mine:
            going = [attempt for attempt in mine if may_go_on(self.scene.world, attempt, PREPROD)]
            assert going == mine[:1]

    def teardown(self) -> None:
        for attempt in self.open:
            assert self.scene.close(attempt).outcome is not None
        with self.scene.store.transaction() as tx:
            assert tx.turns.holder("live") is None
            assert not tx.turns.waiting("live")
            assert tx.sql.value("SELECT count(*) FROM service_lease WHERE freed_at IS NULL") == 0
            assert verify_chain(read_log(tx.sql)).broken is None

    def _could_go(self) -> list[str]:
        """Who waits and is not held, not replaced and not bad, in the order of approval."""
        by_id = {attempt.id: attempt for attempt in self.open}
        return [
            each
            for each in self.ready
            if each in self.waiting
            and by_id[each].service not in self.holds
            and self.scene.stage_of(by_id[each], PREPROD).ending is None
            and not self._has_the_turn(each)
        ]

    def _has_the_turn(self, attempt_id: str) -> bool:
        with self.scene.store.transaction() as tx:
            turn = tx.turns.find(attempt_id, PREPROD)
        return turn is not None and turn.state != "waiting"

    def _nobody_was_overtaken(self, attempt: Attempt) -> None:
        before = self.ready[: self.ready.index(attempt.id)]
        assert not set(before) & set(self._could_go())
        assert attempt.service not in self.holds

    def _the_number_grew(self, attempt: Attempt) -> None:
        with self.scene.store.transaction() as tx:
            turn = tx.turns.find(attempt.id, PREPROD)
        assert turn is not None
        assert turn.fencing is not None
        assert turn.fencing > self.fencing
        self.fencing = turn.fencing


def test_whatever_happens_in_whatever_order_the_lane_stays_whole(
    make_scene: Callable[..., Scene], empty: Callable[[], None]
) -> None:
    def make() -> Scene:
        empty()
        return make_scene(*(a_service(name, dev=False) for name in SERVICES))

    class Machine(LaneMachine):
        """The machine on this test's database."""

    Machine.make = staticmethod(make)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            database=None,
        ),
    )
