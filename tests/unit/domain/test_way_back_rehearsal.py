"""Where going back is rehearsed, and why it is not."""

from dataclasses import replace
from typing import Any

import pytest

from slipway.domain.migration_proof import Reversibility
from slipway.domain.service import StageRole
from slipway.domain.way_back_rehearsal import is_asked_for, why_not
from tests.builders import DEV, PREPROD, PROD, a_stage
from tests.facts import DIGEST, a_release, a_rollback, an_attempt, stage_at
from tests.migrations import a_proof

ASKS, RISKY = {"rehearse_rollback": True}, {"problematic": True}


@pytest.mark.parametrize(
    ("role", "definition", "release", "asked"),
    [
        (PREPROD, ASKS, {}, True),
        (PREPROD, {}, RISKY, True),
        (PREPROD, {}, {}, False),
        (DEV, ASKS, RISKY, False),
        (PROD, ASKS, RISKY, False),
        (PREPROD, ASKS, {"rollback": a_rollback()}, False),
        (PREPROD, {**ASKS, "target": None}, RISKY, False),
    ],
)
def test_only_a_release_in_preprod_rehearses_it(role: StageRole, definition: Any, release: Any, asked: bool) -> None:
    stage = stage_at(role, definition=a_stage(role, **definition))
    assert is_asked_for(a_release(**release), stage) is asked


def test_the_same_artefact_again_leaves_nothing_to_go_back_to() -> None:
    assert "1.0 ran there before" in str(why_not(an_attempt(), stage_at(previous_digest=DIGEST), None))


def test_what_was_not_seen_to_run_on_the_new_schema_is_not_brought_onto_it() -> None:
    proof = a_proof(Reversibility.REVERSIBLE)
    untried = replace(proof, rehearsed=replace(proof.rehearsed, old_version_tried=False))
    before = stage_at(previous_digest="sha256:" + "0" * 64, previous_version="0.9")
    assert why_not(an_attempt(), before, None) is None
    assert why_not(an_attempt(), before, replace(untried, old_digest=None)) is None
    assert "was not seen to run on the new schema" in str(why_not(an_attempt(), before, untried))
