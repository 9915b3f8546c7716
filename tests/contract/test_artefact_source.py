"""Where artefacts come from: the same cases on the fake and on the folder store."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from slipway.adapters.artefacts.folder_store import FolderArtefacts
from slipway.domain.errors import ArtefactError, NotFoundError
from slipway.ports.outside.artefacts import Artefact, ArtefactStore
from tests.fakes.artefact_source import FakeArtefactSource
from tests.fakes.upstreams import tar_of


@dataclass
class Shop:
    """A source, and what the outside world can do to it."""

    source: ArtefactStore
    publish: Callable[[str, str], Artefact]
    tamper: Callable[[Artefact], None]
    lose: Callable[[Artefact], None]


def _fake(folder: Path) -> Shop:
    fake = FakeArtefactSource()
    return Shop(fake, lambda version, text: fake.publish("orders", version, {"app.py": text}), fake.tamper, fake.lose)


def _folder(folder: Path) -> Shop:
    store = FolderArtefacts(folder / "store")

    def publish(version: str, text: str) -> Artefact:
        source = folder / "source" / version
        source.mkdir(parents=True, exist_ok=True)
        (source / "app.py").write_text(text)
        return store.publish("orders", version, source)

    def archive(artefact: Artefact) -> Path:
        return folder / "store" / "sha256" / f"{artefact.digest.removeprefix('sha256:')}.tar"

    def tamper(artefact: Artefact) -> None:
        path = archive(artefact)
        path.write_bytes(path.read_bytes().replace(b"print", b"PRINT"))

    return Shop(store, publish, tamper, lambda artefact: archive(artefact).unlink())


@pytest.fixture(params=[_fake, _folder], ids=["fake", "folder"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    made: Shop = request.param(tmp_path)
    return made


def test_a_published_version_resolves_to_its_digest(shop: Shop) -> None:
    published = shop.publish("1.0.0", "print(1)")
    resolved = shop.source.resolve("orders", "1.0.0")
    assert resolved == published
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", resolved.digest)


def test_other_bytes_have_another_digest(shop: Shop) -> None:
    assert shop.publish("1.0.0", "print(1)").digest != shop.publish("1.1.0", "print(2)").digest


def test_versions_come_oldest_first(shop: Shop) -> None:
    for version in ("1.0.0", "1.9.0", "1.10.0"):
        shop.publish(version, version)
    assert list(shop.source.versions("orders")) == ["1.0.0", "1.9.0", "1.10.0"]


def test_an_unknown_service_has_no_versions(shop: Shop) -> None:
    assert list(shop.source.versions("nobody")) == []


def test_an_unknown_version_is_refused_and_the_nearest_is_named(shop: Shop) -> None:
    shop.publish("1.2.0", "print(1)")
    with pytest.raises(NotFoundError, match=r"orders 1\.2\.1.*1\.2\.0"):
        shop.source.resolve("orders", "1.2.1")


def test_fetch_brings_the_files_below_the_given_folder(shop: Shop, tmp_path: Path) -> None:
    folder = shop.source.fetch(shop.publish("1.0.0", "print(1)"), tmp_path / "work")
    assert (folder / "app.py").read_text() == "print(1)"
    assert (tmp_path / "work") in folder.parents


def test_a_tampered_artefact_is_refused(shop: Shop, tmp_path: Path) -> None:
    artefact = shop.publish("1.0.0", "print(1)")
    shop.tamper(artefact)
    with pytest.raises(ArtefactError, match="refused"):
        shop.source.fetch(artefact, tmp_path / "work")
    assert not list((tmp_path / "work").glob("**/app.py"))


def test_a_vanished_artefact_is_named(shop: Shop, tmp_path: Path) -> None:
    artefact = shop.publish("1.0.0", "print(1)")
    shop.lose(artefact)
    with pytest.raises(ArtefactError, match=f"{artefact.digest}.*vanished"):
        shop.source.fetch(artefact, tmp_path / "work")


def archive_of(text: str, folder: Path, *, zipped: bool = True) -> Path:
    path = folder / "archive"
    path.write_bytes(tar_of({"app.py": text}, zipped=zipped))
    return path


@pytest.mark.parametrize("zipped", [True, False])
def test_an_archive_is_kept_and_found_once_it_has_its_name(shop: Shop, tmp_path: Path, zipped: bool) -> None:
    artefact = shop.source.add("orders", "1.0.0", archive_of("print(1)", tmp_path, zipped=zipped))
    assert list(shop.source.versions("orders")) == []
    shop.source.name(artefact)
    assert shop.source.resolve("orders", "1.0.0") == artefact
    assert (shop.source.fetch(artefact, tmp_path / "work") / "app.py").read_text() == "print(1)"


def test_an_archive_never_takes_the_name_of_another(shop: Shop, tmp_path: Path) -> None:
    published = shop.publish("1.0.0", "print(1)")
    other = shop.source.add("orders", "1.0.0", archive_of("print(2)", tmp_path))
    with pytest.raises(ArtefactError, match="published already"):
        shop.source.name(other)
    assert shop.source.resolve("orders", "1.0.0") == published


def test_what_is_no_archive_is_not_kept(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("<html>Sign in to the wifi</html>")
    with pytest.raises(ArtefactError, match="refused"):
        shop.source.add("orders", "1.0.0", tmp_path / "archive")
