"""The child process that imports Great Expectations, once for all it is asked.

A line of standard input is a job, a line of standard output its results, by suite and number of the expectation;
whatever else is printed goes to standard error.
"""

import json
import os
import sys
from contextlib import suppress
from typing import Any

import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig

_COUNTED = ("_count", "_percent", "_percent_total", "_percent_nonmissing", "_percent_double")
"""Ends of the names of those parts of a result that are kept: all others may have values of rows in them."""


def check(job: dict[str, Any]) -> dict[str, Any]:
    """One checkpoint a suite, so that one that cannot be run takes no other with it."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.enable_analytics(enable=False)
    source = context.data_sources.add_sql("database", connection_string=job["url"])
    try:
        return {suite["name"]: _check_suite(context, source, suite) for suite in job["suites"]}
    finally:
        _disconnect(source)


def _disconnect(source: Any) -> None:
    """Nobody else could lock, copy or drop what it keeps connections to."""
    with suppress(Exception):  # a database that could not be reached is among the results
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _check_suite(context: Any, source: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    name = wanted["name"]
    try:
        asset = source.add_table_asset(name, table_name=wanted["table"], schema_name=wanted["schema"])
        batch = asset.add_batch_definition_whole_table("all")
        suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=wanted["expectations"]))
        validation = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=suite))
        checkpoint = gx.Checkpoint(
            name=name, validation_definitions=[validation], result_format={"result_format": "BASIC"}
        )
        (run,) = context.checkpoints.add(checkpoint).run().run_results.values()
    except Exception as error:  # noqa: BLE001 - whatever it is, this suite was not checked
        return {"error": f"{type(error).__name__}: {error}"}
    results = {}
    for result in run.to_json_dict()["results"]:
        number = result["expectation_config"]["meta"]["number"]
        results[str(number)] = {
            "type": result["expectation_config"]["type"],
            "success": result["success"],
            "exception_info": result.get("exception_info"),
            "result": _without_values(result.get("result") or {}),
        }
    return {"table": wanted["table"], "results": results}


def _without_values(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name.endswith(_COUNTED) and isinstance(value, int | float)}


def main() -> None:
    """Keeps the real standard output for the results alone. Ends when nobody can ask any more."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for job in sys.stdin:
        out.write(json.dumps(check(json.loads(job))) + "\n")
        out.flush()
    os._exit(0)  # nothing it keeps open is worth the seconds of an orderly end


if __name__ == "__main__":
    main()
