"""Tries the deployed version's own statements against the schemas of a rehearsal."""

from collections.abc import Sequence

from slipway.adapters.migrations.rehearsal.laboratory import Laboratory
from slipway.adapters.migrations.rehearsal.notes import Notes, Step
from slipway.adapters.migrations.rehearsal.old_version import Answer, ask, broken, statements, varying
from slipway.domain.migration_proof import FindingCode
from slipway.ports.rehearsal import OldVersion


class OldTrial:
    """What it answered before the upgrade, twice, and whether it answers so afterwards. Nothing of it stays."""

    def __init__(self, old: OldVersion | None, laboratory: Laboratory, notes: Notes) -> None:
        self.tried = False
        self._old = old
        self._laboratory = laboratory
        self._notes = notes
        self._asked: Sequence[str] = ()
        self._answers: tuple[Sequence[Answer], Sequence[Answer]] = ((), ())

    def before(self, step: Step) -> None:
        """The answers to compare with; statements that fail today prove nothing."""
        if self._old is None or self._old.queries is None:
            none = "No version runs there now" if self._old is None else f"{self._old.version} has no statements to try"
            self._notes.leave_out(f"{none}: whether an old version works on the new schema was not tried.")
            step.say("Not tried.")
            return
        self._asked = statements(self._old.queries.read_text(encoding="utf-8"))
        first = self._ask(())
        self._answers = (first, self._ask(first))
        failures = [answer.error for answer in first if answer.error]
        for failure in failures:
            said = f"It fails on today's schema already, so it proves nothing: {failure}"
            self._notes.find(FindingCode.CHECK_ERRORED, self._old.queries.name, said)
        self.tried = bool(self._asked) and not failures
        step.say(f"{len(self._asked)} statements of version {self._old.version}.")
        for name in varying(*self._answers):
            self._notes.leave_out(f"{self._old.queries.name}, {name}: its answer varies and was not compared.")

    def again(self, step: Step, when: str = "") -> None:
        """A finding for each statement that fails or is answered otherwise. `when`: after something was taken back."""
        if not self.tried or self._old is None or self._old.queries is None:
            step.say("Not tried.")
            return
        for each in broken(*self._answers, self._ask(self._answers[0])):
            dropped = each.missing and not when
            code = FindingCode.STILL_IN_USE if dropped else FindingCode.OLD_VERSION_BREAKS
            self._notes.find(code, f"{self._old.queries.name}, {each.name}", when + each.detail)

    def write_into(self, url: str) -> None:
        """Commits what it writes, in a copy that nobody needs afterwards."""
        with self._laboratory.connected_to(url) as connection:
            ask(connection, self._asked)
            connection.commit()

    def _ask(self, like: Sequence[Answer]) -> Sequence[Answer]:
        with self._laboratory.keep_sequences(), self._laboratory.connected() as connection:
            answers = ask(connection, self._asked, like or None)
            connection.rollback()
        return answers
