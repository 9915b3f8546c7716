"""What a source said, as far as the database can keep it: no text with a NUL or half of a pair in it."""

import re
from dataclasses import replace

from slipway.domain.watch import Sample

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SIGN = "\N{REPLACEMENT CHARACTER}"


def storable(sample: Sample) -> Sample:
    """The same; or a problem, where what it saw cannot be kept."""
    if isinstance(sample.value, str) and _UNSTORABLE.search(sample.value):
        return Sample(at=sample.at, problem="it is a text that cannot be stored (it has a NUL or half of a pair in it)")
    if any(_UNSTORABLE.search(alert.name + alert.fingerprint) for alert in sample.alerts):
        why = "an alert fires whose name cannot be stored (it has a NUL or half of a pair in it)"
        return Sample(at=sample.at, problem=why)
    return replace(sample, problem=_UNSTORABLE.sub(_SIGN, sample.problem))
