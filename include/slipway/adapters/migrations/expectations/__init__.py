"""A service's Great Expectations suites, checked in a child process."""
