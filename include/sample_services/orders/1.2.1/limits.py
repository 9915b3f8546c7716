"""How much one order may ask for."""

from http_app import BadRequestError

LIMITS = {"at_least": 1, "at_most": 100}


def check_quantity(quantity: int) -> None:
    """At least one, at most a hundred."""
    if not LIMITS["at_least"] <= quantity <= LIMITS["at_most"]:
        raise BadRequestError(f"quantity must be between {LIMITS['at_least']} and {LIMITS['at_most']}")
