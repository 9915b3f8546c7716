"""A downgrade needs nothing but the database."""

import ast
from collections.abc import Iterator

from slipway.adapters.migrations.lint.source import Rule, Source, calls, dotted

_CALLS = ("getenv", "get_settings", "urlopen", "open", "read_text", "request")


def _check(source: Source) -> Iterator[tuple[int, str]]:
    if source.down is None or source.down.function is None or source.module is None:
        return
    outside = [node for node in source.module.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    for tree in (source.down.function, *outside):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and dotted(node) == "os.environ":
                yield node.lineno, "it reads os.environ"
            if isinstance(node, ast.ImportFrom) and "settings" in (node.module or "").split("."):
                yield node.lineno, f"it imports {node.module}"
        for call in calls(tree, *_CALLS):
            yield call.lineno, f"it calls {dotted(call.func)}()"


RULE = Rule(
    code="settings_on_the_way_back",
    why="At the time of a rollback settings, files and other services may be others, or not there. Migrations run "
    "here without the service's environment variables.",
    instead="Write the value out, or keep it in the database in the upgrade.",
    check=_check,
)
