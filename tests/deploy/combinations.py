"""The parameters that a template is checked with: few sets of them, in which each pair of values is together once."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from tests.deploy.samples import SAMPLES, STACK_NAMES

STACK_NAME = "AWS::StackName"
_MANY = 4  # of more allowed values the default, the first and the last are tried

type Levels = Mapping[str, Sequence[str]]
type Pair = tuple[tuple[str, str], tuple[str, str]]


class MissingSampleError(Exception):
    """A parameter of which no value is in reach."""


def levels_of(template: Mapping[str, Any]) -> dict[str, list[str]]:
    """The values to try of each parameter, the default first; and of the name of the stack."""
    parameters: Mapping[str, Any] = template.get("Parameters", {})
    levels = {name: _values(name, declared, _compared(template, name)) for name, declared in parameters.items()}
    return {STACK_NAME: list(STACK_NAMES), **levels}


def pairwise(levels: Levels) -> list[dict[str, str]]:
    """Sets of values, one of each parameter, that together hold every pair of values of two parameters.

    The first set is that of the defaults. The same levels give the same sets.
    """
    # Those with most values first: they decide how many sets there are, the others find their place in these.
    names = sorted(levels, key=lambda name: -len(levels[name]))
    row = {name: levels[name][0] for name in names}
    rows = [row]
    missing = dict.fromkeys(_pairs({name: levels[name] for name in names}))
    while True:
        for pair in combinations(row.items(), 2):
            missing.pop(pair, None)
        if not missing:
            return rows
        row = _next_row(names, levels, missing)
        rows.append(row)


def _next_row(names: Sequence[str], levels: Levels, missing: Mapping[Pair, None]) -> dict[str, str]:
    """A set with the first pair that is missing, and with as many others as it takes."""
    row = dict(next(iter(missing)))
    for name in names:
        if name not in row:
            gains = {value: _gain(names, row, (name, value), missing) for value in levels[name]}
            row[name] = max(gains, key=lambda value: gains[value])
    return {name: row[name] for name in names}


def _gain(names: Sequence[str], row: Mapping[str, str], added: tuple[str, str], missing: Mapping[Pair, None]) -> int:
    """Return how many of the missing pairs a value would form with those in the row."""
    place = names.index(added[0])
    pairs = ((each, added) if names.index(each[0]) < place else (added, each) for each in row.items())
    return sum(pair in missing for pair in pairs)


def _pairs(levels: Levels) -> Iterator[Pair]:
    for (first, values), (second, others) in combinations(levels.items(), 2):
        yield from (((first, value), (second, other)) for value in values for other in others)


def _values(name: str, declared: Mapping[str, Any], compared: Sequence[str]) -> list[str]:
    default = [str(declared["Default"])] if "Default" in declared else []
    if allowed := [str(value) for value in declared.get("AllowedValues", ())]:
        return _distinct([*default, *(allowed if len(allowed) <= _MANY else (allowed[0], allowed[-1]))])
    if declared["Type"] == "Number":
        return _distinct([*default, *(str(declared[limit]) for limit in ("MinValue", "MaxValue") if limit in declared)])
    if name not in SAMPLES:
        if declared.get("Default") and not compared:
            return default
        raise MissingSampleError(f"give a value of {name} in SAMPLES of tests/deploy/samples.py")
    return _distinct([*default, *compared, SAMPLES[name]])


def _compared(template: Mapping[str, Any], name: str) -> list[str]:
    """The texts that conditions compare a parameter with."""
    found = []
    for condition in _inner(template.get("Conditions", {})):
        sides = condition.get("Fn::Equals", ())
        if {"Ref": name} in list(_inner(sides)):
            found += [side for side in sides if isinstance(side, str)]
    return found


def _inner(node: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - a template is JSON
    """A node and all below it that are objects."""
    if isinstance(node, Mapping):
        yield node
    if isinstance(node, Mapping | list | tuple):
        for child in node.values() if isinstance(node, Mapping) else node:
            yield from _inner(child)


def _distinct(values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(values))
