"""Service definitions in memory."""

from slipway.domain.errors import NotFoundError
from slipway.domain.service import Service


class FakeServiceDefinitions:
    """Knows the services it was given; change `services` to change what the next release is opened with."""

    def __init__(self, *services: Service) -> None:
        self.services = {service.name: service for service in services}

    def service(self, name: str) -> Service:
        """The service. Raises NotFoundError."""
        if name not in self.services:
            raise NotFoundError(f"There is no service {name!r}. Known: {', '.join(self.services)}.")
        return self.services[name]
