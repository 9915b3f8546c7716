"""One row of the authority table in `platform.yaml`."""

from pydantic import Field

from slipway.catalogue.strict_model import StrictModel
from slipway.domain.people import TeamRole
from slipway.domain.platform import AuthorityRule, Duty, Eligibility, Party


class EligibilityModel(StrictModel):
    """Who: a role includes those above it (releaser < senior < manager)."""

    own_team: TeamRole | None = Field(None, description="At least this role in the team that owns the service.")
    any_team: TeamRole | None = Field(None, description="At least this role in any team.")
    also: list[Duty] = Field([], description="Or one of these, whatever the team.")

    def eligibility(self) -> Eligibility:
        """The domain value."""
        return Eligibility(own_team=self.own_team, any_team=self.any_team, also=frozenset(self.also))


class AuthorityRuleModel(EligibilityModel):
    """Who may do one action, and who they must not be."""

    differs_from: list[Party] = Field([], description="Must be another person than these.")
    same_as: list[Party] = Field([], description="Must be one of these.")
    one_of_own_team: list[Party] = Field([], description="The person or one of these is of the owning team.")
    second: EligibilityModel | None = Field(None, description="A second, different person is needed too.")
    reason_required: bool = Field(False, description="A reason must be given.")
    gains_nothing: bool = Field(False, description="The person may gain no role by the act.")

    def rule(self) -> AuthorityRule:
        """The domain value."""
        return AuthorityRule(
            who=self.eligibility(),
            differs_from=frozenset(self.differs_from),
            same_as=frozenset(self.same_as),
            one_of_own_team=frozenset(self.one_of_own_team),
            second=self.second.eligibility() if self.second else None,
            reason_required=self.reason_required,
            gains_nothing=self.gains_nothing,
        )
