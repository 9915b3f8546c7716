"""The command line against a release database with a few entries."""

from collections.abc import Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

from slipway.cli.main import app
from tests.scene import Scene

Slipway = Callable[..., Result]


@pytest.fixture
def url(scene: Scene) -> str:
    """Of the scene's database."""
    return scene.store.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def slipway(url: str) -> Slipway:
    """`slipway` with these words."""

    def run(*words: str, **more: str) -> Result:
        return CliRunner().invoke(app, list(words), env={"SLIPWAY_DATABASE_URL": url, **more})

    return run


@pytest.fixture
def told(scene: Scene) -> Scene:
    """A release through Dev: a dozen entries, one of them with text that tries an export."""
    scene.dev_passed(files={"x": "y"}, ticket='a "ticket", with\nbreaks, ünd —')
    return scene
