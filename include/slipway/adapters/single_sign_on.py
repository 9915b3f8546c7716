"""Which of the organisation's sign-in services people come through; none: local passwords, for a demo."""

ISSUER = "SLIPWAY_OIDC_ISSUER"
"""Environment variable: the issuer's address, below which its OpenID configuration is found."""
CLIENT_ID = "SLIPWAY_OIDC_CLIENT_ID"
CLIENT_SECRET = "SLIPWAY_OIDC_CLIENT_SECRET"  # noqa: S105 - the name of a variable
