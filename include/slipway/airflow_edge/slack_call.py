"""Calls Slack through Airflow's Slack provider: its connection, its SDK, one try."""

import logging
from http.client import HTTPException

from airflow.exceptions import AirflowException
from airflow.providers.slack.hooks.slack import SlackHook
from slack_sdk.errors import SlackApiError, SlackClientError

from slipway.adapters.notifiers.retry_after import retry_after
from slipway.adapters.notifiers.slack_api import SlackRefusedError
from slipway.adapters.within import within
from slipway.domain.json_value import JsonObject
from slipway.ports.messages import NotSentError

CONNECTION = "slack_default"
DEADLINE_SECONDS = 10
_UNHEARD = logging.getLogger("slack_sdk.unheard")
"""The SDK's own complaints, one a call: whoever calls keeps each problem with its message, and says it once."""
_UNHEARD.setLevel(logging.CRITICAL)
_READING = frozenset({"conversations.history", "conversations.replies", "conversations.info", "users.lookupByEmail"})
_OK, _TOO_MANY, _SERVER_ERRORS = 200, 429, 500


class HookSlackCall:
    """A `SlackCall`. The connection is read for each call: a new token counts at once."""

    def __init__(self, connection_id: str = CONNECTION, deadline_seconds: int = DEADLINE_SECONDS) -> None:
        self._connection_id = connection_id
        self._deadline = deadline_seconds

    def __call__(self, method: str, arguments: JsonObject) -> JsonObject:
        """What Slack answers. The SDK's own retry is off: it would post again what may have arrived."""
        try:
            hook = SlackHook(
                slack_conn_id=self._connection_id, timeout=self._deadline, retry_handlers=[], logger=_UNHEARD
            )
            answer = within(self._deadline, lambda: _asked(hook, method, arguments))
        except SlackApiError as error:
            raise _translated(method, error) from error
        except AirflowException as error:
            raise NotSentError(
                f"the connection {self._connection_id!r} cannot be used: {error}. Set the variable"
                f" AIRFLOW_CONN_{self._connection_id.upper()} to slack://:xoxb-…@"
            ) from error
        except (SlackClientError, OSError, HTTPException, ValueError) as error:
            refused = isinstance(getattr(error, "reason", error), ConnectionRefusedError)
            raise NotSentError(
                f"Slack gives no answer ({type(error).__name__})", may_have_arrived=not refused
            ) from error
        return answer


def _asked(hook: SlackHook, method: str, arguments: JsonObject) -> JsonObject:
    """Reading methods take a form only; those that write take JSON, which blocks need."""
    if method in _READING:
        answer = hook.call(method, params=dict(arguments))
    else:
        answer = hook.call(method, json=dict(arguments))
    data: JsonObject = answer.data
    return data


def _translated(method: str, error: SlackApiError) -> SlackRefusedError | NotSentError:
    response = error.response
    status, code = response.status_code, str(response.get("error", ""))
    headers = {name.lower(): value for name, value in response.headers.items()}
    if status == _TOO_MANY or code in {"ratelimited", "rate_limited"}:
        return NotSentError("Slack asks to slow down", retry_after=retry_after(headers.get("retry-after", "30")))
    if status != _OK or not code.replace("_", "").isalnum():
        return NotSentError(
            f"Slack gives no proper answer to {method} (status {status})",
            may_have_arrived=status == _OK or status >= _SERVER_ERRORS,
        )
    return SlackRefusedError(method, code)
