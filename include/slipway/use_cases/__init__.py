"""What Slipway does, one verb a file. Each takes the World (ports) and returns a value; none knows Airflow."""
