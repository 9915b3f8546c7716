"""A deploy target in memory, and a registry that hands it out."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from slipway.domain.errors import StaleFenceError, TargetError
from slipway.domain.service import TargetSettings
from slipway.ports.outside.targets import DeployOrder, Running

NOTHING = Running(digest=None, version=None, healthy=False, detail="nothing was deployed")


class FakeDeployTarget:
    """Remembers every order. Versions in `never_healthy` fail; `silent` makes it answer no question."""

    def __init__(self) -> None:
        self.orders: list[DeployOrder] = []
        self.removed: list[tuple[str, str]] = []
        self.never_healthy: set[str] = set()
        self.silent = False
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._running: dict[tuple[str, str], Running] = {}
        self._fences: dict[tuple[str, str], int] = {}

    def deploy(self, order: DeployOrder) -> None:
        """Replaces what runs, unless the order is outdated, late, or of a version that never becomes healthy."""
        where = (order.service, order.environment)
        self._raise_fence(where, order.fencing)
        self.orders.append(order)
        if order.artefact.version in self.never_healthy or order.deadline <= self.clock():
            before = self._running.get(where, NOTHING)
            self._running[where] = Running(
                digest=before.digest, version=before.version, healthy=False, detail="its process has ended"
            )
            raise TargetError(f"{order.service} {order.artefact.version} did not become healthy by its deadline.")
        self._running[where] = Running(digest=order.artefact.digest, version=order.artefact.version, healthy=True)

    def current(self, service: str, environment: str) -> Running:
        """What was deployed last."""
        if self.silent:
            raise TargetError(f"The target of {service} in {environment} does not answer.")
        return self._running.get((service, environment), NOTHING)

    def remove(self, service: str, environment: str, fencing: int) -> None:
        """Nothing runs any more; the fence stays."""
        self._raise_fence((service, environment), fencing)
        self._running.pop((service, environment), None)
        self.removed.append((service, environment))

    def change_by_hand(self, service: str, environment: str, running: Running) -> None:
        """What somebody did past the platform."""
        self._running[service, environment] = running

    def _raise_fence(self, where: tuple[str, str], fencing: int) -> None:
        if fencing < self._fences.get(where, 0):
            raise StaleFenceError(f"Owner {fencing} is outdated; nothing was changed.")
        self._fences[where] = fencing


class FakeTargetRegistry:
    """Hands out the fake that was registered for a kind."""

    def __init__(self, targets: Mapping[str, FakeDeployTarget]) -> None:
        self._targets = targets

    def target(self, settings: TargetSettings) -> FakeDeployTarget:
        """The fake of this kind. Raises TargetError naming the known kinds."""
        if settings.kind not in self._targets:
            known = ", ".join(self._targets)
            raise TargetError(f"There is no deploy target {settings.kind!r}. Known kinds: {known}.")
        return self._targets[settings.kind]
