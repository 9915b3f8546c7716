"""SQL files are cut where the database itself would cut them."""

import pytest

from slipway.adapters.migrations.in_child.statements import statements


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("-- a; b\nSELECT 1; /* c; /* d; */ */ SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT 'a;''b'; SELECT \"c;\"", ["SELECT 'a;''b'", 'SELECT "c;"']),
        (r"SELECT E'a\';b'; SELECT 2", [r"SELECT E'a\';b'", "SELECT 2"]),
        ("DO $$ BEGIN x; END $$; SELECT 1", ["DO $$ BEGIN x; END $$", "SELECT 1"]),
        ("DO $a$ x; $b$ y; $a$; SELECT 1", ["DO $a$ x; $b$ y; $a$", "SELECT 1"]),
        ("SELECT 1 -- tail; here\n; SELECT 2", ["SELECT 1 -- tail; here", "SELECT 2"]),
        (";;\n-- nothing", []),
        ("SELECT 'never closed; SELECT 2", ["SELECT 'never closed; SELECT 2"]),
    ],
)
def test_postgresql(text: str, found: list[str]) -> None:
    assert list(statements(text, "postgresql")) == found


def test_sqlite_keeps_a_trigger_whole() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END;"
    assert list(statements(f"-- first\n{trigger}\nSELECT 'a;b';", "sqlite")) == [trigger, "SELECT 'a;b';"]
