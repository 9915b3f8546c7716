"""What the migration files of tests say of themselves, for the fakes of runner and rehearsal."""


def declared(kind: str, *lines: str) -> str:
    """A migration file of that kind; further lines for the fake rehearsal (`# finds CODE OBJECT`)."""
    said = f'reversibility = {{"kind": "{kind}", "reason": "as the test wants it"}}'
    lossless = ["downgrade_is_lossless = True"] if kind == "reversible" else []
    return "\n".join([said, *lossless, *lines])


REVERSIBLE = declared("reversible")
LOSSY = declared("lossy", "# loses orders.note")
IRREVERSIBLE = declared("irreversible", "# finds data_lost orders.phone")
