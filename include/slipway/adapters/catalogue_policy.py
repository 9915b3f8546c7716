"""The catalogue's people and rules as one policy with a digest."""

from pathlib import Path

from slipway.adapters.database import codec
from slipway.catalogue.load import load_people, load_platform
from slipway.domain.json_value import sha256_of
from slipway.domain.people import People
from slipway.domain.platform import Platform


def read_policy(folder: Path) -> tuple[str, Platform, People]:
    """Digest, rules and people. Raises CatalogueError with every problem."""
    platform, people = load_platform(folder), load_people(folder)
    digest = sha256_of({"platform": codec.dump(platform), "people": codec.dump(people)})
    return digest, platform, people
