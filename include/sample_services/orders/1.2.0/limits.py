"""How much one order may ask for. A misspelt name makes every order fail: its smoke test finds out."""

from http_app import BadRequestError

LIMITS = {"at_least": 1, "at_most": 100}


def check_quantity(quantity: int) -> None:
    """At least one, at most a hundred."""
    if not LIMITS["at_least"] <= quantity <= LIMITS["at_mots"]:
        raise BadRequestError("quantity must be between 1 and 100")
