"""Connections by id, in memory."""

from collections.abc import Mapping

from slipway.domain.errors import NotFoundError
from slipway.ports.outside.surroundings import HttpAccess


class FakeConnections:
    """Knows the URLs it was given."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = urls

    def url(self, connection_id: str) -> str:
        """The URL. Raises NotFoundError."""
        if connection_id not in self._urls:
            raise NotFoundError(f"There is no connection {connection_id!r}: set AIRFLOW_CONN_{connection_id.upper()}.")
        return self._urls[connection_id]

    def http(self, connection_id: str) -> HttpAccess:
        """The URL, with the token `s3cret`. Raises NotFoundError."""
        return HttpAccess(url=self.url(connection_id), token="s3cret")
