"""All commands of `slipway`, in the order of its help. Modules are imported only when a command is used.

To add one: write `cli/<something>_commands.py` with a Typer app for each entry, and add a line here. An app
with one command and no callback is that command itself (`slipway status`); any other is a group (`slipway log
show`). Make it with `command_group`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One word after `slipway`: its help, and the module and name of its Typer app."""

    name: str
    help: str
    module: str
    app: str = "app"


ENTRIES: tuple[Entry, ...] = (
    Entry("release", "Ask for a release of a version.", "slipway.cli.release_commands", "release"),
    Entry("retry", "Start the next attempt of a release.", "slipway.cli.release_commands", "retry"),
    Entry("stop", "Withdraw a release, or settle and undo what it began.", "slipway.cli.release_commands", "stop"),
    Entry("rollback", "Bring an earlier version of a service back.", "slipway.cli.rollback_commands"),
    Entry("approve", "Answer a question of a release with Approve.", "slipway.cli.answer_commands", "approve"),
    Entry("reject", "Answer a question of a release with Reject.", "slipway.cli.answer_commands", "reject"),
    Entry("acknowledge", "Say that you have seen a release coming.", "slipway.cli.acknowledge_commands", "acknowledge"),
    Entry("object", "Object to a release: its service is held.", "slipway.cli.acknowledge_commands", "objection"),
    Entry("verdict", "Settle a verdict that is owed since a release went live.", "slipway.cli.verdict_commands"),
    Entry("hold", "Hold back what has not started, and let it go again.", "slipway.cli.hold_commands"),
    Entry("change", "Record, begin and confirm changes made outside Slipway.", "slipway.cli.change_commands"),
    Entry("token", "Issue, replace and end tokens of build pipelines.", "slipway.cli.token_commands"),
    Entry("second", "Agree as the second person of two.", "slipway.cli.two_person_commands", "second"),
    Entry("pending", "List what waits for a second person.", "slipway.cli.two_person_commands", "pending"),
    Entry("lease", "Show who holds what, and free what is stuck.", "slipway.cli.lease_commands"),
    Entry("activity", "Show work that is open, and give up on what is lost.", "slipway.cli.activity_commands"),
    Entry("break-glass", "Open Airflow to one person for a while.", "slipway.cli.break_glass_commands"),
    Entry("migrations", "Prove migrations reversible, or waive a finding.", "slipway.cli.migration_commands"),
    Entry("review", "Look afterwards at what was done in a hurry.", "slipway.cli.review_commands"),
    Entry("disclosure", "List, read and publish the texts of security releases.", "slipway.cli.disclosure_commands"),
    Entry("support", "Book second line's support for an agreed time.", "slipway.cli.support_commands"),
    Entry("confirmation", "Have nobody asked to confirm live, for a time.", "slipway.cli.confirmation_commands"),
    Entry("policy", "Show, propose and activate people and rules.", "slipway.cli.policy_commands"),
    Entry("services", "List services with what runs where.", "slipway.cli.status_commands", "services"),
    Entry("status", "Show what runs and which releases are in flight.", "slipway.cli.status_commands", "status"),
    Entry("queue", "Show who holds the live lane and who waits for it.", "slipway.cli.status_commands", "queue"),
    Entry(
        "explain", "Say whether a service may be changed now, and why not.", "slipway.cli.status_commands", "explain"
    ),
    Entry("artefact", "Put a built version into the store, and list what is there.", "slipway.cli.artefact_commands"),
    Entry("messages", "Show what people were told, and what has not arrived.", "slipway.cli.message_commands"),
    Entry("log", "Search, export and verify the release log.", "slipway.cli.log_commands"),
    Entry("audit", "List, explain and close changes that came past the platform.", "slipway.cli.audit_commands"),
    Entry("login", "Sign in; every changing command acts as that person.", "slipway.cli.people_commands", "login"),
    Entry("people", "Bring Airflow's accounts to the people in effect.", "slipway.cli.people_commands", "people"),
    Entry("catalogue", "Check the catalogue, or print its JSON Schema.", "slipway.cli.catalogue_commands"),
    Entry("db", "Set up the release database.", "slipway.cli.db_commands"),
    Entry("doctor", "Check this installation.", "slipway.cli.doctor"),
    Entry("demo", "Release a sample service from Dev to live, with the story.", "slipway.cli.demo_commands"),
    Entry("docs", "Write or check the reference pages that come from the code.", "slipway.cli.docs_commands"),
    Entry("platform", "Start and stop the platform itself.", "slipway.cli.platform_commands"),
)
