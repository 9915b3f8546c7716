"""Who is signed in where: tokens in the person's own configuration folder, readable by them alone."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from slipway.adapters.airflow_rest import AirflowRest
from slipway.adapters.airflow_rest_errors import SignInError


@dataclass(frozen=True)
class Session:
    """A sign-in; its token is sent to this address only."""

    url: str
    person: str
    token: str


def session_file() -> Path:
    """Where sign-ins are kept, by address."""
    return Path(typer.get_app_dir("slipway")) / "sessions.json"


def current_url() -> str:
    """`SLIPWAY_URL`, or the platform of this machine."""
    port = os.environ.get("SLIPWAY_PORT", "8080")
    return (os.environ.get("SLIPWAY_URL") or f"http://127.0.0.1:{port}").rstrip("/")


def load_session() -> Session:
    """The sign-in at the current address. Raises SignInError where there is none."""
    url = current_url()
    kept = _sessions(session_file()).get(url)
    if kept is None:
        raise SignInError(f"you are not signed in at {url}: run `slipway login`")
    return Session(url, kept["person"], kept["token"])


def save_session(session: Session) -> Path:
    """Keeps a sign-in (mode 0600) and returns the file."""
    path = session_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = {**_sessions(path), session.url: {"person": session.person, "token": session.token}}
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=1)
    draft.replace(path)
    return path


def signed_in_rest() -> AirflowRest:
    """The REST interface as the signed-in person."""
    session = load_session()
    return AirflowRest(session.url, lambda: session.token)


def _sessions(path: Path) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise SignInError(f"{path} cannot be read as JSON: remove it and run `slipway login`") from error
    return kept
