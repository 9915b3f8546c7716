"""How much one order may ask for."""

from http_app import BadRequestError


def check_quantity(quantity: int) -> None:
    """At least one."""
    if quantity < 1:
        raise BadRequestError("quantity must be at least 1")
