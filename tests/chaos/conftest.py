"""One platform for all kills; at its end nothing of it may be left running."""

from collections.abc import Iterator

import pytest

from tests.chaos.cells import SERVICES
from tests.chaos.ground import Ground


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Started once, hurt by everybody."""
    ground = Ground(tmp_path_factory.mktemp("chaos"), list(SERVICES))
    try:
        ground.start()
        yield ground
    finally:
        code = ground.stop()
    assert code == 0
    assert [process.cmdline() for process in ground.platform.living_processes()] == []
