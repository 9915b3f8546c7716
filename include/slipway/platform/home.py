"""The folder that keeps all state of a platform, and the secrets in it."""

import base64
import json
import os
import secrets as random_source
from dataclasses import asdict, dataclass
from pathlib import Path

from slipway.adapters.generated_passwords import generated_password

PROJECT = Path(__file__).resolve().parents[3]
"""The folder with `Makefile`, `dags/` and `include/`."""

PRIVATE = 0o700
TRAVERSABLE = 0o711
"""PostgreSQL refuses to run as root: root's home folder lets its helper account pass through, not look."""


@dataclass(frozen=True)
class Home:
    """Layout of the state folder; nothing of the platform is written anywhere else."""

    root: Path

    @property
    def postgres(self) -> Path:
        """Data of the embedded PostgreSQL."""
        return self.root / "postgres"

    @property
    def airflow(self) -> Path:
        """Airflow's own home."""
        return self.root / "airflow"

    @property
    def logs(self) -> Path:
        """One log per process."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Locks and process ids of what runs now."""
        return self.root / "run"

    @property
    def temporary(self) -> Path:
        """TMPDIR of every process: never shared with another account's platform."""
        return self.root / "tmp"

    def create(self) -> None:
        """Makes the folders that are missing, readable by this account only."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(TRAVERSABLE if os.geteuid() == 0 else PRIVATE)
        for folder in (self.airflow, self.logs, self.run, self.temporary):
            folder.mkdir(mode=PRIVATE, exist_ok=True)


def current_home() -> Home:
    """The home that `SLIPWAY_HOME` names, else `.slipway/` in the project."""
    named = os.environ.get("SLIPWAY_HOME")
    return Home(Path(named).expanduser().resolve() if named else PROJECT / ".slipway")


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Made once per home; whoever reads them can act as the platform."""

    fernet_key: str
    jwt_secret: str
    api_secret: str
    internal_token: str
    password_seed: str

    def password_of(self, person_id: str) -> str:
        """The generated password of a demo person: always the same in this home, different in the next."""
        return generated_password(self.password_seed, person_id)


def load_secrets(home: Home) -> Secrets:
    """Reads the secrets of this home, making them (mode 0600) the first time."""
    path = home.root / "secrets.json"
    if not path.exists():
        _write_once(path, json.dumps(asdict(_new_secrets()), indent=1))
    return Secrets(**json.loads(path.read_text(encoding="utf-8")))


def _new_secrets() -> Secrets:
    return Secrets(
        fernet_key=base64.urlsafe_b64encode(random_source.token_bytes(32)).decode(),
        jwt_secret=random_source.token_urlsafe(48),
        api_secret=random_source.token_urlsafe(48),
        internal_token=random_source.token_urlsafe(32),
        password_seed=random_source.token_urlsafe(32),
    )


def _write_once(path: Path, text: str) -> None:
    """Writes a private file as a whole or not at all; the first of two writers wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
