"""Can every release that may be asked for also be approved? If not, the catalogue is refused (R6, R8)."""

from collections.abc import Iterator

from slipway.domain.authority import Matter, entitled, why_not
from slipway.domain.people import People
from slipway.domain.platform import Action, Party, Platform


def dead_ends(platform: Platform, people: People, team: str, product_owner: str | None = None) -> Iterator[str]:
    """Why releases of this team would get stuck, one text per step; each names the requesters it concerns."""
    matter = Matter(team=team, product_owner=product_owner)
    requesters = entitled(platform.rule(Action.REQUEST_RELEASE), matter, people)
    if not requesters:
        who_may = platform.rule(Action.REQUEST_RELEASE).who.describe()
        yield f"nobody may request a release: {who_may} is needed"
    stuck = [who for who in requesters if not _preprod_possible(platform, people, _asked(matter, who))]
    if stuck:
        who_could = platform.rule(Action.APPROVE_PREPROD).who.describe()
        yield f"nobody could approve Preprod if {_names(stuck)} asked: another person is needed, {who_could}"
    stuck = [who for who in requesters if not _prod_possible(platform, people, _asked(matter, who))]
    if stuck:
        yield (
            f"no two people could authorise and sign off Prod if {_names(stuck)} asked: "
            f"two others are needed, {platform.rule(Action.AUTHORISE_PROD).who.describe()} to authorise; "
            f"{platform.rule(Action.SIGN_OFF_PROD).who.describe()} to sign off"
        )


def _asked(matter: Matter, requester: str) -> Matter:
    parties = {Party.REQUESTER: frozenset({requester})}
    return Matter(team=matter.team, product_owner=matter.product_owner, parties=parties)


def _preprod_possible(platform: Platform, people: People, matter: Matter) -> bool:
    return bool(entitled(platform.rule(Action.APPROVE_PREPROD), matter, people))


def _prod_possible(platform: Platform, people: People, matter: Matter) -> bool:
    return any(
        _someone_signs(platform, people, matter, authoriser)
        for authoriser in entitled(platform.rule(Action.AUTHORISE_PROD), matter, people)
    )


def _someone_signs(platform: Platform, people: People, matter: Matter, authoriser: str) -> bool:
    rule = platform.rule(Action.SIGN_OFF_PROD)
    parties = {**matter.parties, Party.AUTHORISER: frozenset({authoriser})}
    then = Matter(team=matter.team, product_owner=matter.product_owner, parties=parties)
    return any(why_not(rule, person, then, people) is None for person in people.by_id.values())


def _names(ids: list[str]) -> str:
    few, others = ids[:3], len(ids[3:])
    return f"{', '.join(few)} or {others} more" if others else " or ".join(few)
