"""How long the texts of a form may be: ample for what people should read, and no way to fill log, form or channel."""

NAME = 200
"""Characters of a version, a reference, a person: what stands in one line."""
TEXT = 4_000
"""Characters of what is explained."""
LONGEST = {
    "summary": 500,
    "rollback_plan": TEXT,
    "needs": 2_000,
    "comment": TEXT,
    "looked_at": TEXT,
    "despite_bad": TEXT,
}
"""By the field's name; every other field holds a name."""


def longest(field: str) -> int:
    """The most characters that this field may have."""
    return LONGEST.get(field, NAME)
