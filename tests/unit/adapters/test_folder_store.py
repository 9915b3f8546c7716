"""The artefact store beyond the contract."""

import hashlib
import io
import json
import os
import random
import tarfile
from pathlib import Path

import pytest

from slipway.adapters.artefacts.archive import MOST_UNPACKED, disk_errors, pack, unpack
from slipway.adapters.artefacts.folder_store import FolderArtefacts
from slipway.domain.errors import ArtefactError
from slipway.ports.outside.artefacts import Artefact


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "inner").mkdir(parents=True)
    (folder / "app.py").write_text("print(1)")
    (folder / "inner" / "run").write_text("#!/bin/sh")
    (folder / "inner" / "run").chmod(0o755)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> FolderArtefacts:
    return FolderArtefacts(tmp_path / "store")


def test_the_same_content_has_the_same_digest_whenever_and_wherever_it_was_built(
    store: FolderArtefacts, source: Path
) -> None:
    first = store.publish("orders", "1.0.0", source)
    os.utime(source / "app.py", (1, 1))
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "app.pyc").write_text("left over")
    assert store.publish("orders", "1.0.1", source).digest == first.digest


def test_publishing_the_same_bytes_again_changes_nothing(store: FolderArtefacts, source: Path) -> None:
    assert store.publish("orders", "1.0.0", source) == store.publish("orders", "1.0.0", source)


def test_a_version_is_never_overwritten_by_other_bytes(store: FolderArtefacts, source: Path) -> None:
    first = store.publish("orders", "1.0.0", source)
    (source / "app.py").write_text("print(2)")
    with pytest.raises(ArtefactError, match=r"published already.*new version"):
        store.publish("orders", "1.0.0", source)
    assert store.resolve("orders", "1.0.0") == first


def test_the_executable_bit_survives(store: FolderArtefacts, source: Path, tmp_path: Path) -> None:
    folder = store.fetch(store.publish("orders", "1.0.0", source), tmp_path / "work")
    assert os.access(folder / "inner" / "run", os.X_OK)
    assert not os.access(folder / "app.py", os.X_OK)


def test_a_link_in_an_artefact_is_refused(store: FolderArtefacts, source: Path) -> None:
    (source / "link").symlink_to("/etc/passwd")
    with pytest.raises(ArtefactError, match="neither a file nor a folder"):
        store.publish("orders", "1.0.0", source)
    assert store.versions("orders") == []


@pytest.mark.parametrize("name", ["../orders", "", "sha256", "a/b", ".hidden"])
def test_a_name_that_leads_out_of_the_store_is_refused(store: FolderArtefacts, source: Path, name: str) -> None:
    with pytest.raises(ArtefactError, match="cannot name an artefact"):
        store.publish(name, "1.0.0", source)


def test_an_archive_that_writes_outside_its_folder_is_refused(tmp_path: Path) -> None:
    evil = io.BytesIO()
    with tarfile.open(mode="w", fileobj=evil) as archive:
        entry = tarfile.TarInfo("../outside.txt")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"evil"))
    evil.seek(0)
    with pytest.raises(ArtefactError, match="refused"):
        unpack(evil, tmp_path / "work" / "inside", "sha256:00")
    assert not (tmp_path / "work" / "outside.txt").exists()


def test_a_truncated_archive_is_refused_and_leaves_nothing(source: Path, tmp_path: Path) -> None:
    whole = io.BytesIO()
    digest = pack(source, whole)
    with pytest.raises(ArtefactError, match="refused"):
        unpack(io.BytesIO(whole.getvalue()[:700]), tmp_path / "work", digest)
    assert not (tmp_path / "work").exists()


def test_bytes_behind_the_end_of_the_archive_count_too(source: Path, tmp_path: Path) -> None:
    whole = io.BytesIO()
    digest = pack(source, whole)
    with pytest.raises(ArtefactError, match="changed it after it was published"):
        unpack(io.BytesIO(whole.getvalue() + b"more"), tmp_path / "work", digest)


def test_a_full_disk_is_called_that() -> None:
    with pytest.raises(ArtefactError, match="disk is full"), disk_errors("store orders 1.0.0"):  # noqa: SIM117
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")


def test_a_damaged_entry_is_named(store: FolderArtefacts, source: Path, tmp_path: Path) -> None:
    store.publish("orders", "1.0.0", source)
    entry = tmp_path / "store" / "orders" / "1.0.0.json"
    entry.write_text(json.dumps({"digest": "../../etc/passwd", "size": 1}))
    with pytest.raises(ArtefactError, match="names no digest"):
        store.resolve("orders", "1.0.0")
    entry.write_text("{")
    with pytest.raises(ArtefactError, match="damaged"):
        store.resolve("orders", "1.0.0")


def test_an_artefact_with_a_made_up_digest_is_refused(store: FolderArtefacts, tmp_path: Path) -> None:
    made_up = Artefact(service="orders", version="1.0.0", digest="sha256:../x", size=1)
    with pytest.raises(ArtefactError, match="no digest"):
        store.fetch(made_up, tmp_path)


def test_an_archive_is_kept_byte_for_byte_with_the_digest_of_its_bytes(
    store: FolderArtefacts, source: Path, tmp_path: Path
) -> None:
    with tarfile.open(tmp_path / "built.tgz", "w:gz") as archive:
        archive.add(source, ".")  # as `tar czf` does it: folders too
    built = (tmp_path / "built.tgz").read_bytes()
    artefact = store.add("orders", "1.0.0", tmp_path / "built.tgz")
    assert artefact.digest == f"sha256:{hashlib.sha256(built).hexdigest()}"
    assert (tmp_path / "store" / "sha256" / f"{artefact.digest[7:]}.tar").read_bytes() == built
    folder = store.fetch(artefact, tmp_path / "work")
    assert os.access(folder / "inner" / "run", os.X_OK)


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("zeros")
    entry.size = MOST_UNPACKED + 1
    with pytest.raises(ArtefactError, match="larger than 8 GiB"):
        unpack(io.BytesIO(entry.tobuf()), tmp_path / "work", "sha256:00")


def test_a_refused_archive_leaves_nothing_in_the_store(store: FolderArtefacts, tmp_path: Path) -> None:
    (tmp_path / "built.tgz").write_bytes(b"no archive")
    with pytest.raises(ArtefactError, match="no sound archive"):
        store.add("orders", "1.0.0", tmp_path / "built.tgz")
    assert list((tmp_path / "store" / "sha256").iterdir()) == []


def packed(*names: str) -> io.BytesIO:
    built = io.BytesIO()
    with tarfile.open(mode="w", fileobj=built) as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return io.BytesIO(built.getvalue())


@pytest.mark.parametrize("names", [("a", "a"), ("a", "a/b"), ("a/b", "a")])
def test_an_archive_in_which_one_name_is_two_things_is_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    with pytest.raises(ArtefactError, match=f"refused: '{names[1]}' is in it twice"):
        unpack(packed(*names), tmp_path / "work", "sha256:00")


def test_whatever_is_damaged_in_an_archive_it_is_refused_as_one_and_nothing_else_happens(
    source: Path, tmp_path: Path
) -> None:
    whole = io.BytesIO()
    digest = pack(source, whole)
    chance = random.Random(7)
    for number in range(300):
        bytes_ = bytearray(whole.getvalue())
        for _ in range(chance.randint(1, 40)):
            bytes_[chance.randrange(2048)] = chance.randrange(256)
        with pytest.raises(ArtefactError):
            unpack(io.BytesIO(bytes_), tmp_path / str(number), digest)
        assert not (tmp_path / str(number)).exists()
