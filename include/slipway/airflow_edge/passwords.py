"""Whose password counts: machines' always, people's only where the organisation's sign-in is not used (R27)."""

import os

from slipway.adapters.single_sign_on import ISSUER
from slipway.airflow_edge.roles import MACHINES


def must_sign_in_elsewhere(account: object) -> str | None:
    """Why this account may not sign in with a password; None where it may: machines, and everybody in a demo."""
    issuer = os.environ.get(ISSUER)
    if not issuer or account in MACHINES:
        return None
    return (
        f"people sign in through {issuer}, not with a password: open the platform's pages, sign in there, and for the "
        "command line run `slipway login --token` with what /slipway/token shows"
    )
