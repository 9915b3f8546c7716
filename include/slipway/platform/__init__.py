"""The ground everything stands on: home folder, PostgreSQL, settings, processes, supervisor."""
