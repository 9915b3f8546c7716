"""Starting and stopping a platform from outside: `make up` and `make down`."""

import os
import subprocess
import sys
import time
from collections.abc import Callable

import psutil

from slipway.adapters.account_sync import last_line
from slipway.adapters.single_sign_on import ISSUER
from slipway.platform.errors import PlatformError
from slipway.platform.health import unhealthy
from slipway.platform.home import Home, load_secrets
from slipway.platform.place import Place
from slipway.platform.processes import SYNC_ACCOUNTS
from slipway.platform.settings import environment
from slipway.platform.supervisor import end_leftovers, must_be_free, supervisor_of, wait_until_gone

START_SECONDS = 240.0
STOP_SECONDS = 60.0
_WAITING_SECONDS = 0.5


def up(place: Place, say: Callable[[str], None]) -> None:
    """Starts a supervisor in the background and returns when all is healthy. Harmless if it runs already.

    Raises PlatformError where it cannot start, with the reason.
    """
    home = Home(place.home)
    home.create()
    if supervisor_of(home) is None:
        end_leftovers(home)
        must_be_free(place.port)
        watcher = _start_supervisor(home, place)
    else:
        say("The platform runs already.")
        watcher = None
    wait_until_healthy(place, watcher, home)
    say(f"Slipway is up: {place.base_url}")
    if not os.environ.get(ISSUER):
        say("Sign in as somebody of people.yaml; `slipway platform password NAME` prints the password.")


def wait_until_healthy(place: Place, watcher: "subprocess.Popen[bytes] | None", home: Home) -> None:
    """Returns when all is healthy. Raises PlatformError where the supervisor ended or time is up."""
    deadline = time.monotonic() + START_SECONDS
    while missing := unhealthy(place.api_url):
        log = home.logs / "supervisor.log"
        if watcher is not None and watcher.poll() is not None:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
            raise PlatformError(tail or f"The platform ended at once. See {log}")
        if time.monotonic() > deadline:
            raise PlatformError(
                f"Not healthy after {START_SECONDS:.0f} s: {', '.join(missing)}. See the logs in {home.logs}"
            )
        time.sleep(_WAITING_SECONDS)


def sync_people(place: Place, say: Callable[[str], None]) -> None:
    """Users and roles as the policy in effect says. Raises PlatformError where they stay as they were."""
    home = Home(place.home)
    done = subprocess.run(
        [sys.executable, *SYNC_ACCOUNTS],
        env=environment(place, load_secrets(home), signs_in=True),
        cwd=home.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PlatformError(f"People and roles stay as they were:\n{done.stderr.strip()[-2000:]}")
    say(f"Airflow's accounts follow the policy in effect ({last_line(done.stdout)}).")


def down(place: Place, say: Callable[[str], None]) -> None:
    """Stops the platform and returns when nothing of it runs. Raises PlatformError where it does not end."""
    supervisor = supervisor_of(Home(place.home))
    if supervisor is None:
        say("Nothing runs.")
        return
    try:
        supervisor.terminate()
    except psutil.NoSuchProcess:
        return
    if not wait_until_gone(supervisor, STOP_SECONDS):
        raise PlatformError(
            f"The supervisor (process {supervisor.pid}) did not end in {STOP_SECONDS:.0f} s. "
            f"See {Home(place.home).logs / 'supervisor.log'}"
        )
    say("Stopped. State is kept.")


def _start_supervisor(home: Home, place: Place) -> "subprocess.Popen[bytes]":
    with (home.logs / "supervisor.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "slipway.platform"],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(
                    filter(None, [str(place.project / "include"), os.environ.get("PYTHONPATH")])
                ),
                "SLIPWAY_HOME": str(home.root),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=home.root,
            start_new_session=True,
        )
