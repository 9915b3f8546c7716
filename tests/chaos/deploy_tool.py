"""A deploy tool that does nothing but wait while it holds its connection to the recorder.

`PORT deploy SERVICE ENVIRONMENT VERSION DIGEST FENCING` does so in a child of its own, as real tools do;
`PORT current SERVICE ENVIRONMENT` and `PORT remove SERVICE ENVIRONMENT FENCING` ask and tell the recorder.
"""

import json
import socket
import subprocess
import sys

STALE = 9


def main(port: str, action: str, *facts: str) -> int:
    """Standard library only: it is started as a command of the target."""
    if action == "deploy":
        return subprocess.run([sys.executable, "-I", "-S", __file__, port, "child", *facts], check=False).returncode
    with socket.create_connection(("127.0.0.1", int(port))) as connection, connection.makefile("rw") as words:

        def ask(said: str) -> dict[str, object]:
            words.write(f"{said}\n")
            words.flush()
            answer: dict[str, object] = json.loads(words.readline())
            return answer

        if action != "child":
            sys.stdout.write(json.dumps(ask(f"{action.upper()} {' '.join(facts)}")))
            return 0
        begun = ask(f"BEGIN {' '.join(facts)}")
        if "stale" in begun:
            return STALE
        ask("END")
        return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
