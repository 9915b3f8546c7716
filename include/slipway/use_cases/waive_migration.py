"""Lets a finding of one proof pass, by a manager who neither asked for the release nor wrote the change (R19)."""

from collections.abc import Sequence
from datetime import datetime

from slipway.domain import messages
from slipway.domain.authority import Matter, why_not
from slipway.domain.authors import wrote_it
from slipway.domain.commits import Commit
from slipway.domain.errors import RefusedError, SlipwayError
from slipway.domain.finding_policy import POLICY, Term
from slipway.domain.json_value import JsonObject
from slipway.domain.migration_proof import FindingCode, MigrationProof
from slipway.domain.migration_waiver import BACKUP_LIFE, LONGEST_LIFE, MigrationWaiver, Terms
from slipway.domain.platform import Action, Party
from slipway.domain.text_limits import TEXT, says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, PolicyInEffect
from slipway.use_cases.refuse_long_texts import shortened, why_too_long
from slipway.use_cases.world import World

_UNDECLARED = frozenset({FindingCode.NOT_DECLARED, FindingCode.DECLARED_OTHERWISE})


def waive_migration(world: World, proof_id: str, terms: Terms, actor: Actor) -> MigrationWaiver:
    """The waiver. Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        proof = tx.migrations.get(proof_id)
    authors = _authors(world, proof)
    with world.store.transaction() as tx:
        refusal = _may_not(tx, proof, authors or (), actor) or _flaw(proof, terms, tx.now) or _again(tx, proof, terms)
        told = _told(proof, terms, authors)
        service, environment = proof.service, proof.environment
        if refusal is None:
            waiver = tx.migrations.waive(proof.id, terms, actor.id, authors_known=authors is not None)
            payload = {**told, "waiver": waiver.id}
            tx.log("migration_waived", actor, service=service, environment=environment, payload=payload)
            tx.tell(messages.migrations.waived(waiver, service, environment))
            tx.wake()
            return waiver
        code, message = refusal
        payload = {**told, "code": code, "message": message}
        tx.log("migration_waiver_refused", actor, service=service, environment=environment, payload=payload)
    raise RefusedError(code, message)


def _may_not(tx: Transaction, proof: MigrationProof, authors: Sequence[Commit], actor: Actor) -> tuple[str, str] | None:
    policy = tx.policy()
    owner = policy.services.get(proof.service)
    parties = {
        Party.REQUESTER: tx.migrations.asked_for(proof.service, proof.digest),
        Party.AUTHOR: _ids(policy, authors),
    }
    matter = Matter(team=owner.team if owner else None, parties=parties, about="this change")
    rule = policy.platform.rule(Action.WAIVE_MIGRATION)
    why = why_not(rule, policy.people.find(actor.id), matter, policy.people)
    return None if why is None else ("may_not_waive", why)


def _flaw(proof: MigrationProof, terms: Terms, now: datetime) -> tuple[str, str] | None:
    found = {finding.code for finding in proof.rehearsed.findings}
    policy = POLICY[terms.code]
    if terms.code not in found:
        named = ", ".join(sorted(found)) or "nothing"
        return "no_such_finding", f"proof {proof.id} did not find {terms.code}; it found {named}"
    if not policy.waivable:
        return "never_waivable", f"{terms.code} is never waived: {policy.means}. What to do: {policy.do}"
    if proof.expires_at <= now:
        return "proof_expired", f"proof {proof.id} counts no more: prove the migrations again, and waive the new proof"
    if Term.DECLARATION in policy.terms and found & _UNDECLARED:
        return "not_declared", "the migration file must say first what it is: declare it, and prove it again"
    why = _flaw_of_life(terms, now) or _what_is_missing(terms, policy.terms, now)
    return None if why is None else ("terms_missing", why)


def _again(tx: Transaction, proof: MigrationProof, terms: Terms) -> tuple[str, str] | None:
    """The first counts until it expires, or until whoever gave it asks for the release."""
    for first in tx.migrations.waivers(proof.id):
        if first.covers(terms, tx.now) and _may_not(tx, proof, (), Actor(id=first.by, via="")) is None:
            until = f"{first.terms.expires_at:%Y-%m-%d %H:%M} UTC"
            return "already_waived", (
                f"waiver {first.id} of {terms.code} of this proof, by {first.by}, counts until {until}: none is needed"
            )
    return None


def _flaw_of_life(terms: Terms, now: datetime) -> str | None:
    if says_nothing(terms.reason):
        return "a reason is needed: why this cannot be mended first"
    if not now < terms.expires_at <= now + LONGEST_LIFE:
        return f"it must expire later than now, and within {LONGEST_LIFE.days} days"
    texts = {"comment": terms.reason, "rollback_plan": terms.runbook, "backup": terms.backup}
    return why_too_long(texts)


def _what_is_missing(terms: Terms, needed: frozenset[Term], now: datetime) -> str | None:
    if Term.BACKUP in needed:
        if says_nothing(terms.backup) or terms.restored_at is None:
            return "a backup is needed: which one, and when it was restored and found equal to its source"
        if not now - BACKUP_LIFE <= terms.restored_at <= now:
            return f"the backup must have been restored within the last {BACKUP_LIFE.days} days, and not in the future"
    if Term.RUNBOOK in needed and says_nothing(terms.runbook):
        return "a runbook is needed: how to restore, and which data written since the backup is lost by it"
    if Term.WINDOW in needed:
        if terms.window_begins is None or terms.window_ends is None:
            return "an announced downtime window is needed: when it begins and when it ends"
        if not (terms.window_begins < terms.window_ends and now < terms.window_ends):
            return "the downtime window must end later than it begins, and later than now"
    return None


def _authors(world: World, proof: MigrationProof) -> tuple[Commit, ...] | None:
    """Who wrote what is new since the version that ran; None where nobody can say."""
    if proof.version is None or proof.old_version is None:
        return None
    try:
        repository = world.definitions.service(proof.service).repository
        with world.store.transaction() as tx:
            sources = tx.policy().platform.artefact_sources
        if repository is None:
            return None
        for history in world.upstreams.histories(sources):
            commits = history.commits(repository, proof.old_version, proof.version)
            return commits.authors
    except SlipwayError:
        return None
    return None


def _ids(policy: PolicyInEffect, authors: Sequence[Commit]) -> frozenset[str]:
    """Of all people whom one of them may be."""
    return frozenset(person.id for author in authors for person in wrote_it(policy.people, author))


def _told(proof: MigrationProof, terms: Terms, authors: Sequence[Commit] | None) -> JsonObject:
    times = ("expires_at", "restored_at", "window_begins", "window_ends")
    return {
        "proof": proof.id,
        "digest": proof.digest,
        "finding": terms.code.value,
        "reason": shortened(terms.reason, TEXT),
        "backup": shortened(terms.backup),
        "runbook": shortened(terms.runbook, TEXT),
        "authors": "unknown" if authors is None else sorted({author.author for author in authors}),
        **{name: value.isoformat() if (value := getattr(terms, name)) else None for name in times},
    }
