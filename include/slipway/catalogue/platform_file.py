"""`platform.yaml`: environments, window, lane, lives and the authority table."""

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from slipway.catalogue.authority_rule import AuthorityRuleModel
from slipway.catalogue.strict_model import Name, StrictModel, Text
from slipway.domain.platform import Action, ApprovalLife, DayWindow, EnvironmentSettings, Platform, Weekday
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


class WindowModel(StrictModel):
    """Weekdays on which Preprod and Prod may change; a day left out is closed."""

    monday: DayWindowModel | None = None
    tuesday: DayWindowModel | None = None
    wednesday: DayWindowModel | None = None
    thursday: DayWindowModel | None = None
    friday: DayWindowModel | None = None
    saturday: DayWindowModel | None = None
    sunday: DayWindowModel | None = None

    def days(self) -> dict[Weekday, DayWindow]:
        """The domain value."""
        given = {day: getattr(self, day.name.lower()) for day in Weekday}
        return {
            day: DayWindow(opens=_minutes(window.opens), closes=_minutes(window.closes))
            for day, window in given.items()
            if window is not None
        }


class LaneModel(StrictModel):
    """The one lane of Preprod and Prod."""

    slot_park_seconds: int = Field(default=300, ge=10, le=3600, description="Longest wait for the parked slot.")
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
    bank_holidays: list[date] = Field([], description="Days without a window, YYYY-MM-DD.")
    lane: LaneModel = LaneModel()
    dev_slots: int = Field(4, ge=1, le=128, description="How many services may deploy to Dev at once.")
    approvals: ApprovalsModel
    authority: dict[Action, AuthorityRuleModel] = Field(description="Who may do what; one row for every action.")

    def platform(self) -> Platform:
        """The domain value."""
        return Platform(
            time_zone=self.time_zone,
            environments={
                name: EnvironmentSettings(name=name, role=environment.role, label=environment.label or name)
                for name, environment in self.environments.items()
            },
            authority={action: row.rule() for action, row in self.authority.items()},
            windows=self.window.days(),
            bank_holidays=frozenset(self.bank_holidays),
            approval_life={
                StageRole.PREPROD: _life(self.approvals.preprod),
                StageRole.PROD: _life(self.approvals.prod),
            },
            dev_slots=self.dev_slots,
            slot_park_seconds=self.lane.slot_park_seconds,
            attend_minutes=self.lane.attend_minutes,
        )


def _life(model: ApprovalLifeModel) -> ApprovalLife:
    return ApprovalLife(request_minutes=model.request_life_minutes, grant_minutes=model.grant_life_minutes)
