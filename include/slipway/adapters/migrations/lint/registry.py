"""All rules of our own, a line each."""

from collections.abc import Sequence

from slipway.adapters.migrations.lint.rules import (
    batch_with_foreign_keys,
    block_not_alone,
    clock_or_chance_on_the_way_back,
    contracts_too_early,
    ends_its_transaction,
    enum_value_in_transaction,
    index_blocks_writes,
    no_way_back,
    not_null_without_default,
    settings_on_the_way_back,
)
from slipway.adapters.migrations.lint.source import Rule

RULES: Sequence[Rule] = (
    batch_with_foreign_keys.RULE,
    block_not_alone.RULE,
    clock_or_chance_on_the_way_back.RULE,
    contracts_too_early.RULE,
    ends_its_transaction.RULE,
    enum_value_in_transaction.RULE,
    index_blocks_writes.RULE,
    no_way_back.RULE,
    not_null_without_default.RULE,
    settings_on_the_way_back.RULE,
)
