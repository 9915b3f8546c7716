"""Waits for what an outside tool said it did."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from slipway.domain.errors import TargetError
from slipway.ports.outside.targets import DeployOrder, DeployTarget, Running


def seconds_until(deadline: datetime) -> float:
    """Seconds from now, negative when past."""
    return (deadline - datetime.now(UTC)).total_seconds()


def pauses(deadline: datetime, *, first: float = 0.1, longest: float = 2.0) -> Iterator[None]:
    """Yields at once, then after growing pauses, until the deadline is reached."""
    pause = first
    yield
    while (left := seconds_until(deadline)) > 0:
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, longest)
        yield


def wait_until_running(target: DeployTarget, order: DeployOrder) -> None:
    """Returns when the target reports the ordered digest as healthy. Raises TargetError at the deadline."""
    seen = "it was never asked"
    for _ in pauses(order.deadline):
        try:
            running = target.current(order.service, order.environment)
        except TargetError as error:
            seen = str(error)
            continue
        if running.healthy and running.digest == order.artefact.digest:
            return
        seen = _describe(running)
    raise TargetError(
        f"{order.service} {order.artefact.version} did not become healthy in {order.environment} by its "
        f"deadline. Last seen: {seen}"
    )


def _describe(running: Running) -> str:
    health = "healthy" if running.healthy else "not healthy"
    return f"version {running.version}, digest {running.digest}, {health}. {running.detail}".strip()
