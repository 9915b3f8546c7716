"""How much one order may ask for; schools order a lot."""

from http_app import BadRequestError

LIMITS = {"at_least": 1, "at_most": 500}


def check_quantity(quantity: int) -> None:
    """At least one, at most five hundred."""
    if not LIMITS["at_least"] <= quantity <= LIMITS["at_most"]:
        raise BadRequestError(f"quantity must be between {LIMITS['at_least']} and {LIMITS['at_most']}")
