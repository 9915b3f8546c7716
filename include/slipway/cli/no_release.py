"""The words for a release that there is not, with the one that was meant."""

import re

from slipway.adapters.database.overview import Overview
from slipway.adapters.database.transaction import DatabaseTransaction


def no_release(tx: DatabaseTransaction, release: str) -> str:
    """An attempt's id, a number alone and a capital are taken for the release that they mean."""
    number = re.search(r"\d+", release)
    meant = f"r{number[0]}" if number else ""
    exists = meant != release and meant and Overview(tx.sql).release(meant) is not None
    hint = f"did you mean {meant}?" if exists else "`slipway status --all` lists them"
    return f"there is no release {release}: {hint}"
