"""The small parts of a rehearsal that need no database."""

import pytest

from slipway.adapters.migrations.in_child.words import first_words
from slipway.adapters.migrations.rehearsal.catalogue import catalogue_hash, differences
from slipway.adapters.migrations.rehearsal.old_version import statements
from slipway.adapters.migrations.rehearsal.sqlite.definition import read_definition
from slipway.adapters.migrations.rehearsal.words import shortened, without_values
from slipway.domain.migration_proof import FindingCode

TABLE = """
CREATE TABLE "Shop" (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- a comment, with a comma
    mail TEXT COLLATE NOCASE CHECK (mail LIKE '%,%' AND (length(mail) > 3)),
    twice AS (id * 2) STORED,
    CONSTRAINT known CHECK (id IN (1, 2, 3))
) STRICT
"""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ALTER TABLE a", "ALTER TABLE a"),
        ("ALTER TABLE orders", "ALTER TABLE …"),
        ("ALTER TABLE, b ADD", "ALTER TABLE …"),
        ("a_name_with_no_space", "a_name_with_n …"),
    ],
)
def test_what_is_long_is_cut_after_a_whole_word(text: str, shown: str) -> None:
    assert shortened(text, 13) == shown


def test_statements_are_split_at_semicolons_that_end_them() -> None:
    text = "SELECT ';'; -- a; b\nSELECT \"a;b\" /* ; */ ;\nDO $x$ BEGIN; END $x$;;"
    assert statements(text) == ["SELECT ';'", 'SELECT "a;b"', "DO $x$ BEGIN; END $x$"]


def test_what_a_database_quotes_from_rows_is_left_out() -> None:
    said = 'could not create unique index "people_name"\nDETAIL:  Key (name)=(Mary Ann) is duplicated.'
    assert without_values(said) == 'could not create unique index "people_name"'
    assert without_values('invalid input syntax for type integer: "Mary"') == (
        'invalid input syntax for type integer: "…"'
    )


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ('value "4411223344" is out of range for type integer', 'value "…" is out of range for type integer'),
        ("invalid literal for int() with base 10: '07700 900123'", "invalid literal for int() with base 10: '…'"),
        ('syntax error at or near "Brien"', 'syntax error at or near "…"'),
        ('column "nick" of relation "people" does not exist', 'column "nick" of relation "people" does not exist'),
        ("the upgrade of orders's database broke off", "the upgrade of orders's database broke off"),
        ("Can't locate revision identified by '0002'", "Can't locate revision identified by '0002'"),
    ],
)
def test_what_is_quoted_and_no_name_of_an_object_is_left_out(said: str, shown: str) -> None:
    assert without_values(said) == shown


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ModuleNotFoundError("No module named 'sqlalchemy_utils'"), "No module named 'sqlalchemy_utils'"),
        (NameError("name 'colum' is not defined"), "name 'colum' is not defined"),
        (KeyError("Mary Jones"), "'…'"),
        (ValueError("invalid literal for int() with base 10: 'Mary'"), "invalid literal for int() with base 10: '…'"),
    ],
)
def test_of_errors_of_code_the_names_stay_and_of_others_no_value(error: Exception, words: str) -> None:
    assert first_words(error) == f"{type(error).__name__}: {words}"


def test_the_parts_of_a_missing_table_are_not_listed_beside_it() -> None:
    before = {("table", "a"): "", ("column", "a.x"): "int", ("grants", "a"): "", ("column", "ab.x"): "int"}
    assert [each.words for each in differences(before, {})] == ["column ab.x is missing", "table a is missing"]


def test_the_grants_of_what_is_left_over_are_not_a_finding_of_their_own() -> None:
    after = {("enum", "tier"): "'gold'", ("grants", "type tier"): "owner=USAGE"}
    assert [each.words for each in differences({}, after)] == ["enum tier is left over"]


def test_rights_and_schema_are_different_findings() -> None:
    found = differences({("grants", "a"): "x", ("index", "a.i"): "1"}, {("index", "a.i"): "2"})
    assert [each.as_finding().code for each in found] == [FindingCode.RIGHTS_DIFFER, FindingCode.SCHEMA_LEFT_OVER]


def test_a_catalogues_hash_does_not_depend_on_the_order_it_was_read_in() -> None:
    one, two = ("table", "a"), ("table", "b")
    assert catalogue_hash({one: "x", two: "y"}) == catalogue_hash({two: "y", one: "x"})
    assert catalogue_hash({one: "x", two: "y"}) != catalogue_hash({one: "y", two: "x"})


def test_a_definition_is_taken_apart() -> None:
    definition = read_definition(TABLE)
    assert definition.autoincrement
    assert definition.options == "strict"
    assert definition.of_column("mail") == "collate nocase"
    assert definition.of_column("twice") == "as ( id * 2 )"
    assert definition.checks() == [
        ("", "mail like '%,%' and ( length ( mail ) > 3 )"),
        ("known", "id in ( 1 , 2 , 3 )"),
    ]
