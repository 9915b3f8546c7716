"""The release database: PostgreSQL, our own, never Airflow's. Plain SQL; the schema is in `schema_versions/`."""
