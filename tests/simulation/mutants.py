"""Random mutants of Day One's decisions: small changes of its code, which simulated worlds may notice or not."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from types import CodeType, FunctionType, ModuleType
from typing import Any, cast

from tests.simulation.coverage import DECISIONS, ROOT, Coverage, Line
from tests.simulation.model import day_one
from tests.simulation.simulation import Simulation

# Worlds that are tried for a mutant, of those that go through its line; what none of them does shows nothing.
MOST_WORLDS = 12
_LONGEST = 120.0
_SWAPPED: Mapping[type[ast.AST], type[Any]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_WORDS: Mapping[type[ast.AST], str] = {
    ast.Not: "not is left out",
    ast.If: "the condition is turned around",
    ast.IfExp: "the condition is turned around",
    ast.Continue: "Continue becomes Break",
}
_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min"}


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change: the place of a node among those of its file in the order of `ast.walk`, and the change in words."""

    path: str
    place: int
    line: int
    function: str
    words: str

    @property
    def where(self) -> str:
        return f"{Path(self.path).relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A mutant, the world that noticed it (None if none did), and the number of worlds that went through its line."""

    mutant: Mutant
    noticed_in: int | None
    worlds: int


def draw_mutants(number: int, *, seed: int) -> list[Mutant]:
    """Return so many of all mutants of the decisions, whether a world ever gets there or not."""
    every = [mutant for path in _files() for mutant in mutants_of(str(path))]
    return Random(f"mutants {seed}").sample(every, k=min(number, len(every)))  # noqa: S311 - to be had again


@cache
def mutants_of(path: str) -> tuple[Mutant, ...]:
    """Return all mutants of a file's functions: what stands outside of them has run when it was imported."""
    return tuple(
        Mutant(path=path, place=place, line=node.lineno, function=name, words=words)
        for place, (node, name) in enumerate(_nodes(ast.parse(Path(path).read_text())))
        if name and (words := _words(node))
    )


@contextmanager
def applied(mutant: Mutant) -> Iterator[None]:
    """Run all functions of that name and place with the changed code, also those that others have imported."""
    function = _live(mutant)
    real = function.__code__
    try:
        function.__code__ = _changed(mutant, first_line=real.co_firstlineno)
        _forget_what_was_kept()
        yield
    finally:
        function.__code__ = real
        _forget_what_was_kept()


def lines_of(seed: int) -> set[Line]:
    """Return the lines of decisions that a world goes through."""
    # What one world has kept another would not go through.
    _forget_what_was_kept()
    with Coverage() as covered:
        Simulation(seed).run()
    return covered.lines


def worlds_through(mutant: Mutant, *, lines: Mapping[int, set[Line]]) -> list[int]:
    """Return the seeds whose worlds go through the line of a mutant."""
    return [seed for seed, through in lines.items() if (mutant.path, mutant.line) in through]


def try_mutant(mutant: Mutant, seeds: Sequence[int]) -> Tried:
    """Run worlds that go through its line, until one of them violates an invariant, breaks off or does not end."""
    noticed_in = next((seed for seed in seeds[:MOST_WORLDS] if _notices(mutant, seed)), None)
    return Tried(mutant=mutant, noticed_in=noticed_in, worlds=len(seeds))


def told_of_mutants(tried: Sequence[Tried]) -> list[str]:
    """Return the share that was noticed in words, and those that were not."""
    noticed = sum(each.noticed_in is not None for each in tried)
    entered = sum(each.worlds > 0 for each in tried)
    left = sorted((each for each in tried if each.noticed_in is None), key=lambda each: each.mutant.where)
    share = (
        f"{noticed} of {len(tried)} random mutants of decisions were noticed by worlds alone "
        f"({100 * noticed / max(len(tried), 1):.0f} %); {entered} are in lines that a world goes through."
    )
    return [
        share,
        *(f"  not noticed: {each.mutant.where} {each.mutant.words}, in {each.worlds} worlds" for each in left),
    ]


def _files() -> list[Path]:
    return [path for package in DECISIONS for path in sorted((ROOT / package).rglob("*.py"))]


def _nodes(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Yield every expression and statement with the outermost function that it is in, or an empty name."""
    yield from _below(tree, function="", within="")


def _below(node: ast.AST, *, function: str, within: str) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr | ast.stmt):
            yield child, function
        if isinstance(child, ast.ClassDef) and not function:
            yield from _below(child, function="", within=f"{within}{child.name}.")
        elif isinstance(child, ast.FunctionDef) and not function:
            # Defaults, annotations and decorators have run when it was imported.
            body = ast.Module(body=child.body, type_ignores=[])
            yield from _below(body, function=f"{within}{child.name}", within=within)
        else:
            yield from _below(child, function=function, within=within)


def _words(node: ast.AST) -> str:
    """Return the change of a node in words, or empty if it has none."""
    match node:
        case ast.Compare(ops=[operator]) | ast.BoolOp(op=operator) | ast.BinOp(op=operator):
            return (
                f"{type(operator).__name__} becomes {_SWAPPED[type(operator)].__name__}"
                if type(operator) in _SWAPPED
                else ""
            )
        case ast.Call(func=ast.Name(id=name)) if name in _NAMES:
            return f"{name} becomes {_NAMES[name]}"
        case ast.Constant(value=bool() | int() as value):
            return f"{value} becomes {_other(value)}"
        case ast.Expr(value=ast.Call()):
            return "the call is left out"
        case ast.Return(value=ast.Call() | ast.Attribute() | ast.Name()):
            return "None is returned"
        case _:
            inner: ast.AST = getattr(node, "op", node)
            return _WORDS.get(type(inner), "")


def _other(value: int) -> int:
    return not value if isinstance(value, bool) else value + 1


def _change(node: ast.AST) -> None:
    """Change a node in place, as its words say."""
    match node:
        case ast.Compare(ops=[operator]):
            node.ops = [_SWAPPED[type(operator)]()]
        case ast.BoolOp() | ast.BinOp():
            node.op = _SWAPPED[type(node.op)]()
        case ast.UnaryOp(operand=operand):
            # Twice is the same as never.
            node.operand = ast.copy_location(ast.UnaryOp(op=ast.Not(), operand=operand), operand)
        case ast.If(test=test) | ast.IfExp(test=test):
            node.test = ast.copy_location(ast.UnaryOp(op=ast.Not(), operand=test), test)
        case ast.Call(func=ast.Name() as name):
            name.id = _NAMES[name.id]
        case ast.Constant(value=bool() | int() as value):
            node.value = _other(value)
        case ast.Expr() | ast.Return():
            node.value = ast.copy_location(ast.Constant(value=None), node)


def _changed(mutant: Mutant, *, first_line: int) -> CodeType:
    tree = ast.parse(Path(mutant.path).read_text())
    node, _ = list(_nodes(tree))[mutant.place]
    if isinstance(node, ast.Continue):
        _replace(tree, node, ast.copy_location(ast.Break(), node))
    else:
        _change(node)
    return next(code for code in _codes(compile(tree, mutant.path, "exec")) if code.co_firstlineno == first_line)


def _replace(tree: ast.AST, old: ast.stmt, new: ast.stmt) -> None:
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list) and old in statements:
                statements[statements.index(old)] = new


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of the functions of a module and of its classes, not of those inside of functions."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & inspect.CO_OPTIMIZED:
                yield constant
            else:
                yield from _codes(constant)


def _live(mutant: Mutant) -> FunctionType:
    """Return the function that runs: the same for all that have imported it, whatever decorates it."""
    found: Any = next(module for module in _modules() if getattr(module, "__file__", "") == mutant.path)
    for name in mutant.function.split("."):
        found = vars(found)[name]
    found = getattr(found, "fget", getattr(found, "__func__", found))
    return cast("FunctionType", inspect.unwrap(found))


def _modules() -> list[ModuleType]:
    return [module for name, module in sorted(sys.modules.items()) if name.startswith("dayone.")]


def _forget_what_was_kept() -> None:
    day_one.read_again()
    for clear in _clearing(tuple(module.__name__ for module in _modules())):
        clear()


@cache
def _clearing(names: tuple[str, ...]) -> tuple[Callable[[], None], ...]:
    """Return what forgets all that these modules keep; it is found once, for each mutant needs it twice."""
    places = (
        place
        for module in (sys.modules[name] for name in names)
        for place in (module, *(each for each in vars(module).values() if isinstance(each, type)))
    )
    kept = (each for place in places for each in vars(place).values())
    return tuple(clear for each in kept if (clear := getattr(each, "cache_clear", None)))


def _notices(mutant: Mutant, seed: int) -> bool:
    """Run a world in a process of its own: what has been changed may never end, or break what comes after it."""
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(mutant, seed, theirs))
    process.start()
    theirs.close()
    try:
        return bool(ours.recv()) if ours.poll(_LONGEST) else True
    except EOFError:
        return True
    finally:
        process.kill()
        process.join()


def _run(mutant: Mutant, seed: int, result: Connection) -> None:
    sys.stderr.close()
    with applied(mutant):
        result.send(bool(Simulation(seed).run().violations))
