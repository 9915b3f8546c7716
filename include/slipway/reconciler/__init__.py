"""A small process beside Airflow: settles what nobody settled, starts what is due, sends messages."""
