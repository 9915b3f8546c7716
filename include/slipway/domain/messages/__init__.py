"""Every word that people are told, and to which channel it goes: one module a subject, one function a message.

A use case tells one of them, `tx.tell(messages.holds.lifted(…))`, and builds none itself. To add one: write a function
whose docstring says when it is told, and a sample of it in `docs/message_samples.py`.
"""

from types import ModuleType

from slipway.domain.messages import (
    access,
    announcements,
    approvals,
    confirmations,
    disclosures,
    evidence,
    holds,
    migrations,
    outside_changes,
    past_the_platform,
    policy,
    quarantines,
    queue,
    releases,
    reviews,
    rollbacks,
    support,
    two_people,
    watches,
)

SUBJECTS: tuple[ModuleType, ...] = (
    releases,
    queue,
    announcements,
    approvals,
    migrations,
    outside_changes,
    watches,
    confirmations,
    rollbacks,
    quarantines,
    holds,
    support,
    two_people,
    reviews,
    disclosures,
    access,
    policy,
    past_the_platform,
    evidence,
)
"""In the order of their page."""
