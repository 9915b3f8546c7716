"""`docs/reference/migration-findings.md`: what each finding of a rehearsal means, and who may waive it with what."""

from slipway.docs.pages import GENERATED, table
from slipway.domain.finding_policy import POLICY, Effect, FindingPolicy
from slipway.domain.migration_proof import PROOF_LIFE, ProofVerdict
from slipway.domain.migration_waiver import BACKUP_LIFE, LONGEST_LIFE
from slipway.domain.verdict_of_migrations import MUST_BE_DECLARED

_INTRO = f"""\
# Findings of migrations

Before anyone is asked for Preprod or Prod, the migrations of a version are rehearsed on a copy of that environment's
database. What was found decides, by this table; [what to do about it](../how-to/waive-a-migration.md).

A waiver is given by a manager of the owning team who neither asked for a release of that artefact nor wrote the change
(row `waive_migration` of [who may do what](authority.md)). It needs a reason and an expiry, {LONGEST_LIFE.days} days
from now at most, and counts for one proof. A backup must have been restored, and found equal, within the last
{BACKUP_LIFE.days} days.

A proof counts for {PROOF_LIFE.days} days, for the artefact, the revision, the schema and the running version that it
was made with.

## Findings

"""
_VERDICTS = """
## Verdicts

The worst of what was declared and what was found, from best to worst. Whatever could not be tried is never a pass.

"""
_MEANS = {
    ProofVerdict.REVERSIBLE: "The way back brings everything back as it was.",
    ProofVerdict.NEW_DATA_LOST: "What is written to new columns and tables is lost on the way back; nothing else is.",
    ProofVerdict.CONDITIONAL: "The downgrade refuses, and changes nothing, while rows of the new form exist.",
    ProofVerdict.IRREVERSIBLE: "Declared so by its author. It needs waivers.",
    ProofVerdict.NOT_PROVEN: "Something could not be tried.",
    ProofVerdict.FAILED: "It does something else than it declares, or something that is never right.",
}


def findings_page() -> str:
    """The page, one row for each finding and verdict."""
    heads = ("finding", "means", "does", "waived with", "must be declared", "what to do")
    rows = ((f"`{code}`", one.means, one.effect, _waived(one), _declared(code), one.do) for code, one in POLICY.items())
    verdicts = ((f"`{verdict}`", means) for verdict, means in _MEANS.items())
    return GENERATED + _INTRO + table(heads, rows) + _VERDICTS + table(("verdict", "means"), verdicts)


def _waived(policy: FindingPolicy) -> str:
    if policy.effect is Effect.NOTE:
        return "-"
    if not policy.waivable:
        return "never"
    return ", ".join(["a reason", *sorted(policy.terms)])


def _declared(code: object) -> str:
    return next((kind.value for known, kind in MUST_BE_DECLARED.items() if known is code), "-")
