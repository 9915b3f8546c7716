"""A version that ends as soon as it starts: its configuration was never shipped."""

raise SystemExit("greeter cannot start: greetings.toml is missing")
