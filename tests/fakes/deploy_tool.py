"""A deploy tool with a command line, as helm would be: STATE deploy|current|remove WHERE [FENCING VERSION DIGEST]."""

import json
import sys
from pathlib import Path

STALE = 9


def main(state_file: str, action: str, where: str, *facts: str) -> int:
    """Keeps its state in one JSON file."""
    path = Path(state_file)
    state = json.loads(path.read_text()) if path.exists() else {}
    here = state.setdefault(where, {"fence": 0, "digest": None, "version": None, "healthy": False})
    if action == "current":
        sys.stdout.write(json.dumps(here))
        return 0
    if int(facts[0]) < here["fence"]:
        sys.stderr.write("this owner is outdated\n")
        return STALE
    here["fence"] = int(facts[0])
    version, digest = (None, None) if action == "remove" else facts[1:]
    here |= {"version": version, "digest": digest, "healthy": version not in (None, "0.0.0")}
    path.write_text(json.dumps(state))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
