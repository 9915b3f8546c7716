"""Applies every rule to the migrations that are still to come."""

from collections.abc import Collection, Iterator
from pathlib import Path

from slipway.adapters.migrations.lint.registry import RULES
from slipway.adapters.migrations.lint.source import read_sources
from slipway.domain.migration_proof import Finding, FindingCode


def lint(folder: Path, pending: Collection[str], dialect: str = "postgresql") -> tuple[Finding, ...]:
    """What the rules say of these revisions. Raises ServiceMigrationError where a file cannot be read."""
    return tuple(_findings(folder, pending, dialect))


def _findings(folder: Path, pending: Collection[str], dialect: str) -> Iterator[Finding]:
    for source in read_sources(folder):
        if source.file.revision not in pending:
            continue
        for rule in RULES:
            if dialect in rule.dialects:
                for line, words in sorted(set(rule.check(source))):
                    yield Finding(
                        code=FindingCode.LINT,
                        object=f"{source.file.path}:{line}",
                        detail=f"{rule.code}: {words}. {rule.instead}",
                        revision=source.file.revision,
                    )
