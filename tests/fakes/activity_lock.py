"""An activity lock in memory."""

import io
from typing import IO

from slipway.domain.errors import SlipwayError


class FakeActivityLock:
    """Held while the returned file is open, or for ever once it is in `undead`."""

    host = "this-host"

    def __init__(self) -> None:
        self.undead: set[str] = set()
        self._held: dict[str, IO[bytes]] = {}

    def hold(self, activity_id: str) -> IO[bytes]:
        """Takes the lock. Raises SlipwayError where it is held."""
        if self.is_free(activity_id, self.host) is False:
            raise SlipwayError(f"Activity {activity_id} is still worked on.")
        self._held[activity_id] = io.BytesIO()
        return self._held[activity_id]

    def is_free(self, activity_id: str, host: str) -> bool | None:
        """As the real one answers."""
        if host != self.host:
            return None
        held = self._held.get(activity_id)
        return activity_id not in self.undead and (held is None or held.closed)
