"""Can all that may be asked for also be approved, and reviewed? If not, the catalogue is refused (R6, R8, R10, R20)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from slipway.domain.authority import Matter, entitled, in_matter_of, why_not
from slipway.domain.people import People
from slipway.domain.platform import Action, Party, Platform
from slipway.domain.review import parties


def dead_ends(platform: Platform, people: People, team: str, product_owner: str | None = None) -> Iterator[str]:
    """Why releases of this team would get stuck, one text per step; each names the requesters it concerns."""
    matter = Matter(team=team, product_owner=product_owner)
    requesters = entitled(platform.rule(Action.REQUEST_RELEASE), matter, people)
    if not requesters:
        who_may = platform.rule(Action.REQUEST_RELEASE).who.describe()
        yield f"nobody may request a release: {who_may} is needed"
    unproven = [who for who in requesters if not _preprod_possible(platform, people, _asked(matter, who))]
    if unproven:
        who_could = platform.rule(Action.APPROVE_PREPROD).who.describe()
        yield f"nobody could approve Preprod if {_names(unproven)} asked: another person is needed, {who_could}"
    stuck = [who for who in requesters if not _prod_possible(platform, people, _asked(matter, who))]
    if stuck:
        yield (
            f"no two people could authorise and sign off Prod if {_names(stuck)} asked: "
            f"two others are needed, {platform.rule(Action.AUTHORISE_PROD).who.describe()} to authorise; "
            f"{platform.rule(Action.SIGN_OFF_PROD).who.describe()} to sign off"
        )
    yield from _stuck_with_an_exception(
        platform, people, matter, [who for who in requesters if who not in {*unproven, *stuck}]
    )


def _stuck_with_an_exception(
    platform: Platform, people: People, matter: Matter, requesters: Sequence[str]
) -> Iterator[str]:
    """What could be approved as an ordinary release, but not as a change by hand, or not be reviewed afterwards."""
    by_hand = replace(matter, manager_agrees=True)
    stuck = [who for who in requesters if not _prod_possible(platform, people, _asked(by_hand, who))]
    if stuck:
        yield (
            f"no manager could agree to a change by hand if {_names(stuck)} asked: another manager is needed among"
            " those who authorise or sign off"
        )
    hurried = set(entitled(platform.rule(Action.DECLARE_EMERGENCY), matter, people))
    stuck = [who for who in requesters if who in hurried and not _review_possible(platform, people, matter, who)]
    if stuck:
        yield (
            f"nobody could close the review if {_names(stuck)} declared an emergency: another person is needed beside"
            f" those who approve, {in_matter_of(matter.team, platform.rule(Action.CLOSE_REVIEW)).who.describe()}"
        )


def _asked(matter: Matter, requester: str) -> Matter:
    return replace(matter, parties={Party.REQUESTER: frozenset({requester})})


def _preprod_possible(platform: Platform, people: People, matter: Matter) -> bool:
    return bool(entitled(platform.rule(Action.APPROVE_PREPROD), matter, people))


def _prod_possible(platform: Platform, people: People, matter: Matter) -> bool:
    return any(
        _someone_signs(platform, people, matter, authoriser)
        for authoriser in entitled(platform.rule(Action.AUTHORISE_PROD), matter, people)
    )


def _someone_signs(platform: Platform, people: People, matter: Matter, authoriser: str) -> bool:
    rule = platform.rule(Action.SIGN_OFF_PROD)
    then = replace(matter, parties={**matter.parties, Party.AUTHORISER: frozenset({authoriser})})
    return any(why_not(rule, person, then, people) is None for person in people.by_id.values())


def _review_possible(platform: Platform, people: People, matter: Matter, declarer: str) -> bool:
    """Somebody may close it whom nobody needs for the approvals."""
    rule = in_matter_of(matter.team, platform.rule(Action.CLOSE_REVIEW))
    declared = replace(matter, parties=parties(frozenset({declarer}), frozenset()))
    return any(
        _preprod_possible(platform, others, _asked(matter, declarer))
        and _prod_possible(platform, others, _asked(matter, declarer))
        for closer in entitled(rule, declared, people)
        for others in (People(by_id={name: one for name, one in people.by_id.items() if name != closer}),)
    )


def _names(ids: list[str]) -> str:
    few, others = ids[:3], len(ids[3:])
    return f"{', '.join(few)} or {others} more" if others else " or ".join(few)
