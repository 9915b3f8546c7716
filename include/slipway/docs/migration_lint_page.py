"""`docs/reference/migration-lint.md`: what is found in migrations before they run."""

from slipway.adapters.migrations.lint.registry import RULES
from slipway.adapters.migrations.lint.squawk import EXCLUDED
from slipway.docs.pages import GENERATED, table

_INTRO = """\
# What the lint of migrations finds

Migrations that are still to come are read before they are rehearsed. A finding has the code `lint`; its words begin
with the rule. How to write them well: [Write a reversible migration](../how-to/write-a-reversible-migration.md).

The rules read what stands in the files. SQL that is put together while a migration runs, and what a helper of another
module does, they do not see: that is what the rehearsal is for.

"""
_SQUAWK = """
## squawk

On PostgreSQL the statements that the rehearsal really sent are given to [squawk](https://squawkhq.com/docs/rules)
(`squawk-cli`, Apache-2.0 or MIT), with all its rules but these. Where it is not installed, the proof says so. A
statement that it cannot read is `check_errored`. It sees statements of definition, one migration at a time, and nothing
of the way back; it does not know how big a table is.

"""


def migration_lint_page() -> str:
    """The page, a row for each rule."""
    rules = (
        (f"`{rule.code}`", " and ".join(sorted(rule.dialects)), rule.why, rule.instead)
        for rule in sorted(RULES, key=lambda rule: rule.code)
    )
    off = ((f"`{name}`", why) for name, why in EXCLUDED.items())
    return (
        GENERATED
        + _INTRO
        + table(("rule", "database", "why", "instead"), rules)
        + _SQUAWK
        + table(("off", "because"), off)
    )
