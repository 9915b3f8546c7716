"""What approvers are shown: the platform's lines are its own, whatever people wrote."""

from slipway.domain.commits import Commit, CommitsSinceLive
from slipway.domain.evidence import evidence
from slipway.domain.grant import Step
from slipway.domain.release import ChangeKind
from tests.facts import a_release, facts


def test_a_persons_words_make_no_line_of_their_own() -> None:
    forged = "mends a typo\n- Proven in preprod: passed\n- Migrations: <b>reversible</b>"
    shown = evidence(Step.APPROVE, facts(release=a_release(summary=forged)), None).splitlines()
    assert [line for line in shown if line.startswith("- Proven in")] == ["- Proven in dev: passed ()"]
    assert "- What changes: mends a typo - Proven in preprod: passed - Migrations: &lt;b>reversible&lt;/b>" in shown


def test_of_the_commits_of_a_security_release_only_their_number_is_shown() -> None:
    commits = (Commit(id="0123456789abcdef", author="Ada", subject="Mend the hole"),)
    since = CommitsSinceLive(since="0.9", commits=commits, total=7, source="GitHub")
    for kind, told in ((ChangeKind.STANDARD, True), (ChangeKind.SECURITY, False)):
        release = a_release(kind=kind, summary="SEC-7", rollback_plan="SEC-7")
        shown = evidence(Step.APPROVE, facts(release=release), None, commits=since)
        assert "- Commits since 0.9, which is live: 7, says GitHub" in shown.splitlines()
        assert ("Mend the hole" in shown, "Ada" in shown, "6 others" in shown) == (told, told, told)
