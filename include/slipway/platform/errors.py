"""Errors of starting, finding and stopping the platform."""

from slipway.domain.errors import SlipwayError


class PlatformError(SlipwayError):
    """The platform cannot be started, reached or stopped; the message says what to do now."""
