"""`slipway artefact …`: what may be released, in the store of this machine's platform."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say

if TYPE_CHECKING:
    from slipway.adapters.artefacts.folder_store import FolderArtefacts

app = command_group("Put a built version into the platform's store, and list what is there.")
Service = Annotated[str, typer.Argument(metavar="SERVICE", help="A service of the catalogue.")]


@app.command()
def publish(
    service: Service,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="It never changes: other files are another one.")],
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="What was built: all files in it.", exists=True, file_okay=False)
    ],
) -> None:
    """Keep a folder as this version, on the platform's machine. Nothing is released by it; twice is harmless."""
    _refuse_unknown(service)
    artefact = _store().publish(service, version, folder)
    say(f"{service} {version} is {artefact.digest} ({artefact.size} bytes).")
    say(f"To release it: slipway release {service} {version} --summary '…' --rollback-plan '…'")


@app.command("list")
def list_artefacts(service: Service, as_json: AsJson = False) -> None:
    """List the versions of a service that the store has, oldest first."""
    store = _store()
    versions = store.versions(service)
    if not versions:
        _refuse_unknown(service)
    found = [store.resolve(service, version) for version in versions]
    if as_json:
        print_json([{"version": one.version, "digest": one.digest, "size": one.size} for one in found])
        return
    rows = [(one.version, one.digest, one.size) for one in found]
    print_table(("version", "digest", "bytes"), rows, f"The store has no version of {service} yet.")


def _store() -> "FolderArtefacts":
    """That of the platform which is started here."""
    from slipway.adapters.artefacts.folder_store import FolderArtefacts
    from slipway.platform.home import current_home
    from slipway.wiring import artefact_folder

    return FolderArtefacts(artefact_folder(current_home().root))


def _refuse_unknown(service: str) -> None:
    """A name that is mistyped would stay in the store for ever."""
    from slipway.catalogue.files import catalogue_folder, service_names
    from slipway.catalogue.problems import nearest
    from slipway.domain.errors import NotFoundError

    known = service_names(catalogue_folder(os.environ))
    if service in known:
        return
    close = nearest(service, known)
    hint = f"did you mean {close}?" if close else "see `slipway services`, and add its file first"
    raise NotFoundError(f"there is no service {service} in the catalogue: {hint}")
