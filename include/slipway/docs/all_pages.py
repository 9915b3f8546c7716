"""All generated pages. To add one: write a module that makes its text, and add a line here."""

from collections.abc import Sequence
from pathlib import Path

from slipway.catalogue.json_schema import MODELS, schema_text
from slipway.catalogue.load import load_catalogue
from slipway.docs.attacks_page import attacks_page
from slipway.docs.authority_page import authority_page
from slipway.docs.cli_page import CommandEntry, cli_page
from slipway.docs.evidence_page import evidence_page
from slipway.docs.findings_page import findings_page
from slipway.docs.log_page import log_page
from slipway.docs.messages_page import messages_page
from slipway.docs.migration_lint_page import migration_lint_page
from slipway.docs.pages import PROJECT, Pages
from slipway.docs.walks_page import walks_page

EXPLANATION = Path("docs/explanation")
REFERENCE = Path("docs/reference")


def all_pages(commands: Sequence[CommandEntry]) -> Pages:
    """Text by path, relative to the project. Raises CatalogueError where the catalogue of the repository is broken."""
    platform = load_catalogue(PROJECT / "include" / "catalogue").platform
    return {
        REFERENCE / "cli.md": cli_page(commands),
        REFERENCE / "authority.md": authority_page(platform),
        REFERENCE / "log-kinds.md": log_page(),
        REFERENCE / "messages.md": messages_page(),
        REFERENCE / "migration-findings.md": findings_page(),
        REFERENCE / "migration-lint.md": migration_lint_page(),
        EXPLANATION / "evidence.md": evidence_page(),
        EXPLANATION / "attacks.md": attacks_page(),
        EXPLANATION / "walks.md": walks_page(),
        **{REFERENCE / "schema" / f"{name}.json": schema_text(name) for name in MODELS},
    }
