"""`people.yaml`: teams, and people with what they are."""

from typing import Annotated

from pydantic import Field, StringConstraints

from slipway.catalogue.strict_model import Name, StrictModel, Text
from slipway.domain.people import People, Person, Team, TeamRole

Channel = Annotated[
    str,
    StringConstraints(pattern=r"^#[a-z0-9][a-z0-9._-]*$", max_length=80),
    Field(examples=["#ordering"]),
]
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200),
    Field(examples=["rita@example.org"]),
]


class TeamModel(StrictModel):
    """A team that owns services."""

    title: Text
    channel: Channel | None = Field(None, description="Where the team is told about its releases.")


class PersonModel(StrictModel):
    """A person; the key above is the sign-in name and is never used again for somebody else."""

    name: Text
    email: Email | None = None
    subject: Text | None = Field(None, description="The `sub` claim of the organisation's sign-in; never an address.")
    teams: dict[Name, TeamRole] = Field({}, description="The role in each team: releaser < senior < manager.")
    second_line: bool = Field(False, description="Releases on behalf of teams; holds and rescues.")
    auditor: bool = Field(False, description="Reads everything, changes nothing.")
    platform_engineer: bool = Field(False, description="Runs the platform.")
    disclosure: bool = Field(False, description="May read details of security releases before they are public.")

    def person(self, person_id: str) -> Person:
        """The domain value."""
        return Person(
            id=person_id,
            name=self.name,
            teams=dict(self.teams),
            second_line=self.second_line,
            auditor=self.auditor,
            platform_engineer=self.platform_engineer,
            disclosure=self.disclosure,
            email=self.email,
            subject=self.subject,
        )


class PeopleModel(StrictModel):
    """Everybody."""

    teams: dict[Name, TeamModel] = Field(min_length=1)
    people: dict[Name, PersonModel] = Field(min_length=1)

    def everybody(self) -> People:
        """The domain value."""
        return People(by_id={person_id: model.person(person_id) for person_id, model in self.people.items()})

    def all_teams(self) -> dict[str, Team]:
        """The domain value."""
        return {name: Team(name=name, title=t.title, channel=t.channel) for name, t in self.teams.items()}
