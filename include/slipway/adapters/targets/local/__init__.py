"""The parts of the `local_process` target."""
