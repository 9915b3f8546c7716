"""The ways that messages go to people: one module each, all behind `Notifier`."""
