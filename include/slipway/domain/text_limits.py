"""How long the texts of a form may be: ample for what people should read, and no way to fill log, form or channel."""

NAME = 200
"""Characters of a version, a reference, a person: what stands in one line."""
TEXT = 4_000
"""Characters of what is explained."""
RUN = 250
"""Characters of the names that Airflow gives to DAGs, runs and tasks."""
REFUSAL = 1_000
"""Characters that a log entry keeps of what was said to whoever was refused."""
MOST_AUTHORS = 100
"""Authors of the commits of one build."""
LONGEST = {
    "summary": 500,
    "what": 500,
    "where": 500,
    "tested": TEXT,
    "untested_because": TEXT,
    "by_hand_because": TEXT,
    "seen": TEXT,
    "rollback_plan": TEXT,
    "needs": 2_000,
    "comment": TEXT,
    "looked_at": TEXT,
    "despite_bad": TEXT,
    "reason": 1_000,
}
"""By the field's name; every other field holds a name."""

_UNSEEN = "\u115f\u1160\u3164\uffa0"
"""Letters by name, the fillers of Hangul, and nothing to see."""


def longest(field: str) -> int:
    """The most characters that this field may have."""
    return LONGEST.get(field, NAME)


def says_nothing(text: str | None) -> bool:
    """Whether there is nothing to read in it: no letter and no digit, or only such as nobody sees."""
    return not any(sign.isalnum() and sign not in _UNSEEN for sign in text or "")
