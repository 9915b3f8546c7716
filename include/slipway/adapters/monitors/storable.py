"""What a source said, as far as the database can keep it: no text with a NUL or half of a pair in it."""

from dataclasses import replace

from slipway.domain.storable import is_storable, storable
from slipway.domain.watch import Sample


def storable_sample(sample: Sample) -> Sample:
    """The same; or a problem, where what it saw cannot be kept."""
    if isinstance(sample.value, str) and not is_storable(sample.value):
        return Sample(at=sample.at, problem="it is a text that cannot be stored (it has a NUL or half of a pair in it)")
    if not all(is_storable(alert.name + alert.fingerprint) for alert in sample.alerts):
        why = "an alert fires whose name cannot be stored (it has a NUL or half of a pair in it)"
        return Sample(at=sample.at, problem=why)
    return replace(sample, problem=storable(sample.problem))
