"""The mirror beyond the contract."""

import hashlib
from pathlib import Path

import pytest

from slipway.adapters.upstreams.mirror import Mirror
from slipway.domain.errors import ArtefactError, NotFoundError
from slipway.domain.repository import Repository

ORDERS = Repository(name="gov/orders", asset="orders-{version}.tar.gz")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    archive = tmp_path / "mirror" / "orders" / "1.0.0" / "orders-1.0.0.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"built")
    archive.with_name(f"{archive.name}.sha256").write_text(hashlib.sha256(b"built").hexdigest())
    return archive


def test_a_copy_that_broke_off_is_refused(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(b"bui")
    with pytest.raises(ArtefactError, match=r"refused.*Copy both again"):
        Mirror(tmp_path / "mirror").download("orders", "1.0.0", ORDERS, tmp_path / "archive")


def test_a_copy_of_which_nobody_wrote_down_what_it_is_does_not_count(archive: Path, tmp_path: Path) -> None:
    archive.with_name(f"{archive.name}.sha256").unlink()
    with pytest.raises(NotFoundError, match=r"orders/1\.0\.0/orders-1\.0\.0\.tar\.gz with its \.sha256"):
        Mirror(tmp_path / "mirror").download("orders", "1.0.0", ORDERS, tmp_path / "archive")
