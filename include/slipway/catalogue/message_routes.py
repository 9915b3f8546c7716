"""`messages` of `platform.yaml`: which messages go where."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from slipway.catalogue.allowed_hosts import serves_metadata
from slipway.catalogue.strict_model import ConnectionId, StrictModel
from slipway.domain.message_routes import FILE, MessageChannel, MessageRoutes, Way, WayKind


def _outside(host: str) -> str:
    if serves_metadata(host):
        raise ValueError(f"`{host}` serves this machine's own metadata: a webhook must not reach it")
    return host


ChannelId = Annotated[
    str, StringConstraints(pattern=r"^[CG][A-Z0-9]{2,20}$"), Field(examples=["C0123456789"], title="Slack channel")
]
Address = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$", max_length=254),
    Field(examples=["team@example.gov.uk"]),
]
Host = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9.:-]+$"),
    AfterValidator(_outside),
    Field(examples=["hooks.example.gov.uk"]),
]


class WebhookModel(StrictModel):
    """A webhook: its address and the key of its signature are in a connection."""

    connection: ConnectionId = Field(description="Id of an HTTP connection; its password signs.")
    host: Host = Field(description="The only host that the connection may name.")


class WayModel(StrictModel):
    """One place that messages go to: exactly one of these."""

    slack: ChannelId | None = Field(None, description="Id of a Slack channel, not its name: names change.")
    email: list[Address] | None = Field(None, min_length=1, description="Mail addresses; each gets its own.")
    webhook: WebhookModel | None = None
    file: bool | None = Field(None, description="`true`: the message file in the state folder.")

    @model_validator(mode="after")
    def _exactly_one(self) -> "WayModel":
        given = [name for name in WayKind if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(f"write one of {', '.join(WayKind)} for each way; a further way is a further entry")
        return self

    def ways(self) -> tuple[Way, ...]:
        """The domain values."""
        if self.slack is not None:
            return (Way(kind=WayKind.SLACK, address=self.slack),)
        if self.email is not None:
            return tuple(Way(kind=WayKind.EMAIL, address=address) for address in self.email)
        if self.webhook is not None:
            return (Way(kind=WayKind.WEBHOOK, address=self.webhook.connection, host=self.webhook.host),)
        return (FILE,)


class MessagesModel(StrictModel):
    """Where messages go. A channel without a way is written to the message file."""

    deploy: list[WayModel] = Field(default=[], description="What happens to releases.")
    approvals: list[WayModel] = Field(default=[], description="What waits for somebody's answer.")
    page: list[WayModel] = Field(default=[], description="What somebody must look into now.")
    evidence: list[WayModel] = Field(
        default=[], description="The log's head of each day, to be kept; left out: as under `deploy`."
    )
    give_up_days: int = Field(default=7, ge=1, le=90, description="When an undelivered message is given up (logged).")
    holds_in_topic: bool = Field(
        default=True, description="Whether the topic of the deploy channel in Slack says what is held, by whom and why."
    )
    objection_minutes: int = Field(
        default=30,
        ge=1,
        le=24 * 60,
        description="How long Prod waits for objections once a potentially problematic release was announced.",
    )

    def routes(self) -> MessageRoutes:
        """The domain value."""
        given = {channel: getattr(self, channel) for channel in MessageChannel}
        return MessageRoutes(
            ways={
                channel: tuple(dict.fromkeys(way for one in models for way in one.ways()))
                for channel, models in given.items()
                if models
            },
            give_up_days=self.give_up_days,
            holds_in_topic=self.holds_in_topic,
            objection_minutes=self.objection_minutes,
        )
