"""`platform.yaml`: environments, window, lane, lives and the authority table."""

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from slipway.catalogue.allowed_hosts import AllowedHost
from slipway.catalogue.artefact_sources import ArtefactSourcesModel
from slipway.catalogue.authority_rule import AuthorityRuleModel
from slipway.catalogue.message_routes import MessagesModel
from slipway.catalogue.strict_model import Name, StrictModel, Text
from slipway.domain.platform import Action, ApprovalLife, EnvironmentSettings, Platform
from slipway.domain.release_window import BankHolidaysOf, DayWindow, OpenException, ReleaseWindow, Weekday
from slipway.domain.service import StageRole


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"`{name}` is no time zone; write one of the tz database, such as Europe/London") from None
    return name


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


ClockTime = Annotated[
    str,
    StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"),
    Field(examples=["09:30"]),
]
"""`HH:MM`; `24:00` is the end of the day."""
ONE_WEEK = 7 * 24 * 60


class EnvironmentModel(StrictModel):
    """A place that services run in."""

    role: StageRole = Field(description="The part it plays in a release.")
    label: Text | None = Field(None, description="What people call it; its name if left out.")


class DayWindowModel(StrictModel):
    """When releases may run on one weekday."""

    opens: ClockTime
    closes: ClockTime

    def hours(self) -> DayWindow:
        """The domain value."""
        return DayWindow(opens=_minutes(self.opens), closes=_minutes(self.closes))


class ClosedDayModel(StrictModel):
    """A date on which nothing is released."""

    date: date
    reason: Text


class OpenDayModel(DayWindowModel):
    """Hours on one date in addition to the weekday's, even on a closed day."""

    date: date
    reason: Text


class WindowModel(StrictModel):
    """Weekdays on which Preprod and Prod may change; a day left out is closed."""

    monday: DayWindowModel | None = None
    tuesday: DayWindowModel | None = None
    wednesday: DayWindowModel | None = None
    thursday: DayWindowModel | None = None
    friday: DayWindowModel | None = None
    saturday: DayWindowModel | None = None
    sunday: DayWindowModel | None = None

    bank_holidays: BankHolidaysOf | None = Field(None, description="Whose bank holidays are closed; none if left out.")
    closed_days: list[ClosedDayModel] = Field([], description="Further dates without a window.")
    open_days: list[OpenDayModel] = Field([], description="Exceptions: dates with hours of their own.")
    stage_minutes: int = Field(
        15,
        ge=1,
        le=24 * 60,
        description="What a stage is taken to need, time to go back included, until five were seen.",
    )

    def weekdays(self) -> dict[Weekday, DayWindowModel]:
        """The days that are given."""
        given = {day: getattr(self, day.name.lower()) for day in Weekday}
        return {day: window for day, window in given.items() if window is not None}

    def window(self) -> ReleaseWindow:
        """The domain value."""
        return ReleaseWindow(
            days={day: window.hours() for day, window in self.weekdays().items()},
            bank_holidays=self.bank_holidays,
            closed_days={closed.date: closed.reason for closed in self.closed_days},
            exceptions=tuple(
                OpenException(date=one.date, hours=one.hours(), reason=one.reason) for one in self.open_days
            ),
        )


class LaneModel(StrictModel):
    """The one lane of Preprod and Prod."""

    slot_park_seconds: int = Field(default=300, ge=10, le=3600, description="Longest wait for the parked slot.")
    target_patience_seconds: int = Field(
        default=60, ge=0, le=1800, description="How long a silent target is asked again before the stage is refused."
    )
    attend_minutes: int = Field(default=60, ge=1, le=480, description="How long somebody stays with a release in Prod.")


class ApprovalLifeModel(StrictModel):
    """Lives of a stage's approvals."""

    request_life_minutes: int = Field(ge=1, le=ONE_WEEK, description="How long the question waits for its answer.")
    grant_life_minutes: int = Field(ge=1, le=ONE_WEEK, description="How long the answer holds.")


class ApprovalsModel(StrictModel):
    """Lives of approvals, by stage."""

    preprod: ApprovalLifeModel
    prod: ApprovalLifeModel


class PlatformModel(StrictModel):
    """The platform's own rules."""

    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(description="Such as Europe/London.")
    environments: dict[Name, EnvironmentModel] = Field(min_length=1)
    window: WindowModel
    lane: LaneModel = LaneModel()
    dev_slots: int = Field(4, ge=1, le=128, description="How many services may deploy to Dev at once.")
    approvals: ApprovalsModel
    proof_life_minutes: int = Field(
        ONE_WEEK, ge=1, le=13 * ONE_WEEK, description="How long a proof in Preprod counts for Prod."
    )
    artefact_sources: ArtefactSourcesModel = ArtefactSourcesModel()
    smoke_hosts: list[AllowedHost] = Field(
        [],
        description="The only hosts that `smoke` may ask, with :port if it is unusual; *.domain is every name below it,"
        " :* any port.",
    )
    watch_hosts: list[AllowedHost] = Field(
        [], description="The only hosts that a `watch` may ask, written as in `smoke_hosts`."
    )
    review_life_minutes: int = Field(
        ONE_WEEK, ge=1, le=13 * ONE_WEEK, description="How long a review may stay open before it is a finding."
    )
    retry_life_minutes: int = Field(
        ONE_WEEK, ge=1, le=13 * ONE_WEEK, description="How long a release awaits its retry before it expires."
    )
    messages: MessagesModel = MessagesModel()
    authority: dict[Action, AuthorityRuleModel] = Field(
        description="Who may do what, one row for every action; the `support_…` rows may be left out."
    )

    def platform(self) -> Platform:
        """The domain value."""
        return Platform(
            time_zone=self.time_zone,
            environments={
                name: EnvironmentSettings(name=name, role=environment.role, label=environment.label or name)
                for name, environment in self.environments.items()
            },
            authority={action: row.rule() for action, row in self.authority.items()},
            window=self.window.window(),
            stage_minutes=self.window.stage_minutes,
            approval_life={
                StageRole.PREPROD: _life(self.approvals.preprod),
                StageRole.PROD: _life(self.approvals.prod),
            },
            proof_life_minutes=self.proof_life_minutes,
            review_life_minutes=self.review_life_minutes,
            retry_life_minutes=self.retry_life_minutes,
            dev_slots=self.dev_slots,
            slot_park_seconds=self.lane.slot_park_seconds,
            target_patience_seconds=self.lane.target_patience_seconds,
            attend_minutes=self.lane.attend_minutes,
            smoke_hosts=tuple(self.smoke_hosts),
            watch_hosts=tuple(self.watch_hosts),
            artefact_sources=self.artefact_sources.sources(),
            messages=self.messages.routes(),
        )


def _life(model: ApprovalLifeModel) -> ApprovalLife:
    return ApprovalLife(request_minutes=model.request_life_minutes, grant_minutes=model.grant_life_minutes)
