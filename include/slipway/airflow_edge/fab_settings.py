"""Flask-AppBuilder's settings, which it reads from this file: how people sign in (R27)."""

import os

from flask_appbuilder.const import AUTH_DB, AUTH_OAUTH

from slipway.adapters import single_sign_on as variables  # as a module: FAB takes every name in capitals as a setting

_ISSUER = os.environ.get(variables.ISSUER, "").rstrip("/")

AUTH_TYPE = AUTH_OAUTH if _ISSUER else AUTH_DB
AUTH_USER_REGISTRATION = False
WTF_CSRF_ENABLED = True

if _ISSUER:
    from slipway.airflow_edge.single_sign_on import PROVIDER, SingleSignOn

    SECURITY_MANAGER_CLASS = SingleSignOn
    OAUTH_PROVIDERS = [
        {
            "name": PROVIDER,
            "icon": "fa-key",
            "token_key": "access_token",
            "remote_app": {
                "client_id": os.environ.get(variables.CLIENT_ID),
                "client_secret": os.environ.get(variables.CLIENT_SECRET),
                "server_metadata_url": f"{_ISSUER}/.well-known/openid-configuration",
                "client_kwargs": {"scope": "openid", "code_challenge_method": "S256"},
            },
        }
    ]
