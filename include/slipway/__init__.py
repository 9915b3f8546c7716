"""Slipway: a release platform on Apache Airflow.

Airflow executes and shows; the release database authorises and remembers. See `docs/explanation/architecture.md`.
"""

__version__ = "0.1.0"
