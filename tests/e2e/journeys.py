"""A suite of tests as somebody's own program: URL VERSION REPORT. It writes its results in JUnit's XML."""

import json
import sys
import urllib.request
from pathlib import Path

_REPORT = """<testsuite name="journeys" tests="2">
  <testcase name="says that it is well"/>
  <testcase name="is the version that was asked for">{failure}</testcase>
</testsuite>
"""


def main(url: str, version: str, report: str) -> int:
    """Two tests, of which the second may fail."""
    with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:  # noqa: S310 - the stage's own address
        runs = json.load(answer)["version"]
    failure = "" if runs == version else f'<failure message="{runs} runs"/>'
    Path(report).write_text(_REPORT.format(failure=failure), encoding="utf-8")
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
