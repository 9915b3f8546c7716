"""YAML as plain data with lines."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.catalogue.document import Document, read_document


def read(tmp_path: Path, text: str) -> Document:
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    return read_document(tmp_path, "x.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("09:30", "09:30"),
        ("2026-12-25", "2026-12-25"),
        ("0x10", "0x10"),
        ("007", "007"),
        ("12e5", "12e5"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("true", True),
        ("~", None),
        ("", None),
        ("18101", 18101),
        ("-1", -1),
        ("2.5", 2.5),
        ("'5'", "5"),
        ('""', ""),
    ],
)
def test_only_plain_numbers_and_true_false_null_are_no_texts(tmp_path: Path, text: str, value: object) -> None:
    document = read(tmp_path, f"field: {text}\n")

    assert document.data == {"field": value}
    assert type(document.data["field"]) is type(value)
    assert document.problems == []


def test_lines_are_those_of_keys_and_list_items(tmp_path: Path) -> None:
    document = read(tmp_path, "a: 1\nb:\n  - x\n  - c: 2\n\n    d: 3\n")

    assert document.line(("b",)) == 2
    assert document.line(("b", 1, "d")) == 6
    assert document.line(("b", 1, "d", "deeper", 0)) == 6
    assert document.line(("nowhere",)) == 1


def test_a_field_written_twice_is_a_problem_at_the_second(tmp_path: Path) -> None:
    document = read(tmp_path, "a: 1\nb: 2\na: 3\n")

    assert [(problem.line, problem.what) for problem in document.problems] == [
        (3, "`a` stands here a second time; the first is on line 1")
    ]


def test_aliases_cannot_blow_a_small_file_up(tmp_path: Path) -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]

    document = read(tmp_path, "\n".join(["a0: &a0 [x]", *levels]))

    assert len(document.problems) == 81
    assert len(json.dumps(document.data)) < 1000


def test_a_file_that_contains_itself_is_a_problem_and_no_endless_loop(tmp_path: Path) -> None:
    assert [problem.line for problem in read(tmp_path, "a: &a\n  b: *a\n").problems] == [2]


def test_absurd_nesting_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    assert read(tmp_path, "a: " + "[" * 5000 + "]" * 5000).problems


def test_bytes_that_are_no_text_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"a: \xff\xfe\n")

    assert "cannot be read" in read_document(tmp_path, "x.yaml").problems[0].what


def test_a_control_character_is_a_problem_at_its_line(tmp_path: Path) -> None:
    assert [problem.line for problem in read(tmp_path, "a: 1\nb: \x01\n").problems] == [2]


def test_a_list_instead_of_fields_is_a_problem(tmp_path: Path) -> None:
    assert "must hold fields" in read(tmp_path, "- a\n- b\n").problems[0].what


plain_text = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=20)
numbers = st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: "e" not in repr(number))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | plain_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain_text, inner, max_size=4),
    max_leaves=20,
)


@given(data=st.dictionaries(plain_text, json_values, max_size=5))
def test_every_json_object_reads_back_as_itself(tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]) -> None:
    document = read(tmp_path_factory.mktemp("json"), json.dumps(data, ensure_ascii=False))

    assert document.data == data
    assert document.problems == []
