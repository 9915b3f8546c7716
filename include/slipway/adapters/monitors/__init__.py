"""What live is watched by: Prometheus, Alertmanager, an answer of the service itself (R17)."""
