"""A stand-in for Slack's Web API, and what is told through it."""
