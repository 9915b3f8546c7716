"""YAML to domain values: strict, every problem at once, each with file and line. Import modules by name."""
