"""The command line as somebody uses it: a process of its own, signed in with a configuration folder of their own."""

import subprocess
import sys

from tests.running_platform import RunningPlatform


def slipway(platform: RunningPlatform, person: str, *words: str, code: int = 0) -> str:
    """What a command says; it must end with this code. Signs in at the first use."""
    config = platform.home.root / "people" / person
    variables = {
        **platform.variables(),
        "SLIPWAY_URL": platform.base_url,
        "SLIPWAY_PASSWORD": platform.secrets.password_of(person),
        "XDG_CONFIG_HOME": str(config),
    }
    if not config.exists():
        _run(variables, "login", person)
    return _run(variables, *words, code=code)


def _run(variables: dict[str, str], *words: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "from slipway.cli.main import main; main()", *words],
        env=variables,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == code, f"slipway {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr
