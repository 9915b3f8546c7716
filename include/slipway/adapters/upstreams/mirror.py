"""A folder with copies of published archives: what stands in for GitHub while that gives no answer."""

import shutil
from pathlib import Path

from slipway.adapters.artefacts.archive import digest_of
from slipway.domain.errors import ArtefactError, NotFoundError, UnavailableError
from slipway.domain.repository import Repository


class Mirror:
    """`Upstream`: `<service>/<version>/<asset>`, and beside it `<asset>.sha256` as `sha256sum` writes it."""

    label = "the mirror"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def download(self, service: str, version: str, repository: Repository, into: Path) -> str:
        """Copies the archive; one that is not what its `.sha256` says is refused."""
        if not self._folder.is_dir():
            raise UnavailableError(f"The mirror's folder {self._folder} is not there: is it mounted?")
        archive = self._folder / service / version / repository.asset_of(version)
        listed = archive.with_name(f"{archive.name}.sha256")
        try:
            wanted = f"sha256:{listed.read_text(encoding='utf-8')[:64].lower()}"
            shutil.copyfile(archive, into)
        except FileNotFoundError as error:
            raise NotFoundError(
                f"The mirror has no {archive.relative_to(self._folder)} with its .sha256: copy both there."
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise UnavailableError(f"The mirror cannot be read: {error}.") from error
        digest = digest_of(into)
        if digest != wanted:
            raise ArtefactError(
                f"{archive} is refused: {listed.name} says {wanted}, but its bytes are {digest}. Copy both again."
            )
        return str(archive)
