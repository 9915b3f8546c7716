"""Finds the kinds of log entries that a module writes, by reading its syntax tree."""

import ast
from collections.abc import Iterator

from slipway.domain.activity import ActivityKind, ActivityState

ENDED = [state.value for state in ActivityState if state is not ActivityState.OPEN]
PLACEHOLDERS = {"{activity.kind}": [kind.value for kind in ActivityKind], "{state}": ENDED}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def kinds_written(source: str) -> frozenset[str]:
    """Every kind that reaches a call of `….log(kind, …)`. Raises AssertionError for one that cannot be told."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    return frozenset(
        kind
        for function in functions
        for call in _calls(function, "log")
        if isinstance(call.func, ast.Attribute) and call.args
        for kind in _values(call.args[0], function, tree)
    )


def _calls(inside: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(inside):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", None)) == name:
            yield node


def _values(node: ast.expr, function: Function, tree: ast.Module) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from _values(node.body, function, tree)
        yield from _values(node.orelse, function, tree)
    elif isinstance(node, ast.JoinedStr):
        yield from _expanded(ast.unparse(node)[2:-1])
    else:
        assert isinstance(node, ast.Name), f"the kind {ast.unparse(node)} cannot be told"
        yield from _of_name(node.id, function, tree)


def _expanded(pattern: str) -> Iterator[str]:
    for placeholder, values in PLACEHOLDERS.items():
        if placeholder in pattern:
            for value in values:
                yield from _expanded(pattern.replace(placeholder, value))
            return
    assert "{" not in pattern, f"nobody knows what {pattern} may be"
    yield pattern


def _of_name(name: str, function: Function, tree: ast.Module) -> Iterator[str]:
    """A constant, a local variable, or a parameter: then what the module's own calls pass."""
    names = [argument.arg for argument in function.args.args]
    if name in names:
        for caller in (node for node in ast.walk(tree) if isinstance(node, Function)):
            for call in _calls(caller, function.name):
                yield from _values(call.args[names.index(name)], caller, tree)
        return
    for scope in (function, tree):
        for node in (node for node in ast.walk(scope) if isinstance(node, ast.Assign)):
            for target, value in _pairs(node):
                if isinstance(target, ast.Name) and target.id == name:
                    yield from _values(value, function, tree)
                    return
    raise AssertionError(f"nobody knows what {name} may be")


def _pairs(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Targets with their values, also in `A, B = "a", "b"`."""
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=True)
    else:
        yield target, value
