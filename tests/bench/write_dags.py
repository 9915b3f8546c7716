"""What the DAG processor does with a folder of DAG files: parse, serialise, write. A process of its own.

`python -m tests.bench.write_dags FOLDER` prints seconds as JSON; the environment says which catalogue and database.
"""

import json
import sys
import time
from pathlib import Path

import structlog
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.collection import update_dag_parsing_results_in_db
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.dag_processing.processor import _serialize_dags
from airflow.utils.session import create_session

import slipway.airflow_edge.preload  # noqa: F401 - what the DAG processor has imported before it forks


def main(folder: Path) -> dict[str, float]:
    """Seconds for every file of the folder together; raises where a file could not be parsed or written."""
    DagBundlesManager().sync_bundles_to_db()
    spent = {"parse": 0.0, "serialise": 0.0, "write": 0.0, "dags": 0.0}
    for file in sorted(folder.glob("*.py")):
        began = time.perf_counter()
        bag = BundleDagBag(dag_folder=file, bundle_path=folder, bundle_name="dags-folder", load_op_links=False)
        parsed = time.perf_counter()
        dags, errors = _serialize_dags(bag, structlog.get_logger())
        serialised = time.perf_counter()
        if bag.import_errors or errors:
            raise RuntimeError(f"{bag.import_errors or errors}")
        with create_session() as session:
            update_dag_parsing_results_in_db(
                bundle_name="dags-folder",
                bundle_version=None,
                dags=dags,
                import_errors={},
                parse_duration=parsed - began,
                warnings=set(),
                session=session,
                files_parsed={("dags-folder", file.name)},
            )
        spent["parse"] += parsed - began
        spent["serialise"] += serialised - parsed
        spent["write"] += time.perf_counter() - serialised
        spent["dags"] += len(dags)
    return spent


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(main(Path(sys.argv[1]).resolve())))
