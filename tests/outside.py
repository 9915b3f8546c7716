"""Changes that are made outside: the values that tests start from, and the steps as the DAG's tasks would call them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from slipway.domain.change import ChangeSort, OutsideChange
from slipway.domain.grant import Step
from slipway.domain.release import Attempt
from slipway.domain.service import Profile, Service
from slipway.ports.values import Actor
from slipway.use_cases.act_matter import Reporter
from slipway.use_cases.await_act import Awaited, await_act
from slipway.use_cases.begin_act import begin_act
from slipway.use_cases.end_act import ActResult, end_act
from tests.builders import PROD, outside_service
from tests.scene import TASK, Scene

BUILD = "sha256:" + "5" * 64
NOTIFY = outside_service("notify", Profile.BY_HAND, smoke=None)
LEAFLETS = outside_service("leaflets", Profile.STATIC_APP)
SERVICES: tuple[Service, ...] = (NOTIFY, LEAFLETS)


def a_change(sort: ChangeSort = ChangeSort.THIRD_PARTY, **changes: Any) -> OutsideChange:
    """Made by hand, tested, agreed for years."""
    values: dict[str, Any] = {
        "sort": sort,
        "what": "the template of the letter",
        "where": "letters in the vendor's console",
        "tested": "sent to ourselves from the trial account: it arrived",
        "by_hand_because": "the vendor has no interface for it",
        "by_hand_until": date(2099, 12, 31),
    }
    return OutsideChange(**{**values, **changes})


def a_build(**changes: Any) -> OutsideChange:
    """What the pipeline of a static app asks for."""
    values: dict[str, Any] = {"built": "7", "built_digest": BUILD, "by_hand_because": "", "by_hand_until": None}
    return a_change(ChangeSort.STATIC_APP, **{**values, **changes})


def recorded(scene: Scene, change: OutsideChange | None = None, *, service: str = "notify", **more: Any) -> Attempt:
    """A change that rita asks for, or that `by` asks for."""
    change = change or a_change()
    asked = {"dag_id": "record_change", "service": service, "summary": change.what, "change": change, **more}
    return scene.opened(change.version, **asked)


def agreed(scene: Scene, change: OutsideChange | None = None, **more: Any) -> Attempt:
    """Authorised by sam and signed off by the manager mona."""
    attempt = recorded(scene, change, **more)
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.grant(attempt, Step.SIGN_OFF, "mona")
    return attempt


def its_turn(scene: Scene, change: OutsideChange | None = None, **more: Any) -> Attempt:
    """Agreed, and it holds the lane."""
    attempt = agreed(scene, change, **more)
    assert scene.turn(attempt, PROD).answer == "taken"
    return attempt


def person(name: str) -> Reporter:
    """Somebody who acts or reports as themselves."""
    return Reporter(actor=Actor(id=name, via="rest"))


def pipeline(service: str) -> Reporter:
    """The pipeline of a static app."""
    return Reporter(actor=Actor(id="pipeline:1", via="token"), token_for=service)


def begin(scene: Scene, attempt: Attempt, who: str | Reporter = "rita") -> Any:
    """Begins the act."""
    return begin_act(scene.world, attempt.release_id, person(who) if isinstance(who, str) else who)


def report(
    scene: Scene,
    attempt: Attempt,
    result: str = "done",
    who: str | Reporter = "rita",
    seen: str = "the letter has the new address",
) -> str:
    """Reports how it went."""
    reporter = person(who) if isinstance(who, str) else who
    return end_act(scene.world, attempt.release_id, reporter, ActResult(result), seen)


def awaited(scene: Scene, attempt: Attempt) -> Awaited:
    """The task act."""
    return await_act(scene.world, attempt.id, TASK)


def checked(scene: Scene, attempt: Attempt) -> str:
    """The task check_result."""
    return scene.smoke(attempt, PROD)


def time_to_act_is_over(scene: Scene, attempt: Attempt) -> None:
    """As if the turn had been taken long ago."""
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE turn SET taken_at = taken_at - interval '1 day' WHERE attempt_id = :id", id=attempt.id)
        tx.sql.run("UPDATE activity SET deadline = deadline - interval '1 day' WHERE attempt_id = :id", id=attempt.id)


def later(change: OutsideChange, **span: float) -> OutsideChange:
    """The same, planned for a while from now by this machine's clock."""
    return replace(change, not_before=datetime.now(UTC) + timedelta(**span))
