"""Releases that end without going live, and the return of Preprod that follows."""

from slipway.domain.grant import Step
from slipway.domain.release import Attempt, Release
from slipway.use_cases.return_preprod import ask_returns
from tests.builders import PROD
from tests.scene import Scene


def rejected(scene: Scene, version: str = "1.1") -> Attempt:
    """Proven in Preprod, and not authorised for Prod."""
    attempt = scene.preprod_passed(version)
    scene.ask(attempt, Step.AUTHORISE)
    scene.answer(attempt, Step.AUTHORISE, "sam", "Reject")
    scene.finish(attempt, PROD)
    assert scene.close(attempt).outcome == "rejected"
    return attempt


def asked(scene: Scene) -> list[Release]:
    """After the reconciler's look."""
    ask_returns(scene.world)
    with scene.store.transaction() as tx:
        return list(tx.releases.rollbacks_to_start())
