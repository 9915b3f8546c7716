"""Stands where migrations are rehearsed, in an installation that cannot: it proves nothing, and says so."""

from typing import NoReturn

from slipway.domain.errors import ServiceMigrationError
from slipway.ports.outside import MigrationOrder
from slipway.ports.rehearsal import RehearsalOrder


class NoRehearsal:
    """`Rehearsal` that refuses."""

    def rehearse(self, order: RehearsalOrder) -> NoReturn:
        """Raises ServiceMigrationError."""
        raise ServiceMigrationError(f"the migrations of {order.order.service} cannot be rehearsed in this installation")

    def catalogue_hash(self, order: MigrationOrder) -> NoReturn:
        """Raises ServiceMigrationError."""
        raise ServiceMigrationError(f"the schema of {order.service} cannot be read in this installation")
