"""Read the text of a policy as plain values and their places; YAML's traps are refused, each with a finding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Protocol

import yaml
from yaml import CSafeLoader

from dayone.errors import Invalid

# More would help nobody, and an answer that lists them all could outgrow what Lambda may return.
MOST_LISTED = 200
_LONGEST_MESSAGE = 400
_MOST_COMPARED, _LONGEST_WORD = 300, 128


@dataclass(frozen=True, order=True)
class PolicyFinding:
    """One mistake: the file, line and column it is at, counted from 1, and what is wrong with its mend."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message[:_LONGEST_MESSAGE]}"


def invalid_policy(findings: Iterable[PolicyFinding]) -> Invalid:
    """Return the error for these mistakes, in reading order, each as `file:line:column: the mistake, and the fix`."""
    ordered = sorted(set(findings))
    listed = [str(finding) for finding in ordered[:MOST_LISTED]]
    if len(ordered) > len(listed):
        listed.append(f"{ordered[-1].file}: and {len(ordered) - len(listed)} more mistakes that are not listed")
    count = f"{len(ordered)} mistakes" if len(ordered) > 1 else "1 mistake"
    return Invalid(f"The policy has {count}; the policy in force stays as it is.", findings=tuple(listed))


def suggestion(word: str, *, choices: Iterable[str]) -> str:
    """Suggest the known word that was probably meant, or list them when none is similar."""
    there = sorted(choices)
    # To compare with each of thousands takes seconds, for each mistake.
    near = get_close_matches(word[:_LONGEST_WORD], there, n=1) if len(there) <= _MOST_COMPARED else []
    if near:
        return f"did you mean `{near[0]}`?"
    return f"known are {', '.join(f'`{name}`' for name in there[:20])}" if there else "there are none"


type Path = tuple[str | int, ...]
# A policy needs eight levels and an IAM document some more; the parser below is recursive.
_DEEPEST = 40
_TAG = "tag:yaml.org,2002:"
# YAML 1.1 reads `2012-10-17`, the version of every IAM document, as a date; here it is what is written.
_TEXTS = frozenset({f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}value"})
# Of a number in base 60, such as `1:30`, the time to read it grows with the square of its length.
_LONGEST_PLAIN = 64
_PLAIN = frozenset({f"{_TAG}int", f"{_TAG}float", f"{_TAG}bool", f"{_TAG}null"})


class _Mark(Protocol):
    line: int
    column: int


@dataclass(frozen=True)
class Spot:
    """Position of a value: the line and column of its key, counted from 1, and the scalar as it is written."""

    line: int = 1
    column: int = 1
    written: str = ""


@dataclass(frozen=True)
class Document:
    """Plain values (dict, list, str, int, float, bool, None), the spot of each by its path, and what was refused.

    `is_read` is false for a file of which nothing could be read.
    """

    file: str
    values: object = None
    spots: Mapping[Path, Spot] = field(default_factory=dict)
    findings: tuple[PolicyFinding, ...] = ()
    is_read: bool = True

    def spot(self, path: Path) -> Spot:
        """Return the position of the value at `path`, or of the nearest value around it."""
        while path and path not in self.spots:
            path = path[:-1]
        return self.spots.get(path, Spot())

    def finding(self, path: Path, message: str) -> PolicyFinding:
        """Report a mistake at `path`."""
        spot = self.spot(path)
        return PolicyFinding(self.file, spot.line, spot.column, message)

    def section(self, name: str) -> Mapping[str, object]:
        """One of the mappings at the top, empty when it is not there or is something else."""
        found = self.values.get(name) if isinstance(self.values, Mapping) else None
        return found if isinstance(found, Mapping) else {}


def read_yaml(text: str, *, file: str) -> Document:
    """Read one YAML document; what cannot be read is among its findings."""
    try:
        trap = _trap(text, file=file)
        node = None if trap else yaml.compose(text, Loader=CSafeLoader)
    except yaml.YAMLError as error:
        return Document(file, findings=(_unreadable(error, text=text, file=file),), is_read=False)
    if trap or node is None:
        empty = PolicyFinding(file, 1, 1, "the policy is empty: it starts with `version: 1`")
        return Document(file, findings=(trap or empty,), is_read=False)
    reader = _Reader(file)
    values = reader.value_of(node, path=(), spot=_spot(node))
    return Document(file, values, reader.spots, tuple(reader.findings))


def _trap(text: str, *, file: str) -> PolicyFinding | None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=CSafeLoader):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        message = ""
        if isinstance(event, yaml.AliasEvent):
            # An alias makes the line of a mistake ambiguous, and a few of them make a small file enormous.
            message = f"the alias `*{event.anchor}` is not supported: write out what it stands for"
        elif documents > 1:
            message = "a second document starts here: a policy file is one document, so remove the `---`"
        elif depth > _DEEPEST:
            message = f"this is nested deeper than {_DEEPEST} levels: no part of a policy needs that"
        if message:
            return _at_mark(event.start_mark, message, file=file)
    return None


def _unreadable(error: yaml.YAMLError, *, text: str, file: str) -> PolicyFinding:
    if isinstance(error, yaml.MarkedYAMLError):
        message = ", ".join(part for part in (error.context, error.problem) if part)
        problem = f"this is not YAML ({message}): check indentation, colons and quotes"
        return _at_mark(error.problem_mark or error.context_mark, problem, file=file)
    before = text[: getattr(error, "position", 0)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return PolicyFinding(
        file, line, column, "this has a character that YAML does not allow: remove the control character"
    )


def _at_mark(mark: _Mark | None, message: str, *, file: str) -> PolicyFinding:
    return PolicyFinding(file, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, message)


def _spot(node: yaml.Node) -> Spot:
    return Spot(int(node.start_mark.line) + 1, int(node.start_mark.column) + 1)


@dataclass
class _Reader:
    file: str
    spots: dict[Path, Spot] = field(default_factory=dict)
    findings: list[PolicyFinding] = field(default_factory=list)

    def value_of(self, node: yaml.Node, *, path: Path, spot: Spot) -> object:
        self.spots[path] = replace(spot, written=node.value) if isinstance(node, yaml.ScalarNode) else spot
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, path=path)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.value_of(name, path=(*path, at), spot=_spot(name)) for at, name in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, *, path: Path) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            if key in values:
                first = self.spots[*path, key].line
                self._refuse(key_node, f"`{key}` is here twice, first on line {first}: keep one of them")
                continue
            values[key] = self.value_of(value_node, path=(*path, key), spot=_spot(key_node))
        return values

    def _key(self, node: yaml.Node) -> str | None:
        if isinstance(node, yaml.ScalarNode) and node.tag in _TEXTS:
            return str(node.value)
        if isinstance(node, yaml.ScalarNode) and node.tag in _PLAIN:
            message = f"YAML does not read the key `{node.value}` as text: put it in quotes"
        elif isinstance(node, yaml.ScalarNode) and node.value == "<<":
            message = "merging with `<<` is not supported: write out the keys"
        else:
            message = "a key is a word: write `key: value`"
        self._refuse(node, message)
        return None

    def _scalar(self, node: yaml.Node) -> object:
        if node.tag in _TEXTS:
            return node.value
        try:
            if node.tag in _PLAIN and len(node.value) <= _LONGEST_PLAIN:
                return CSafeLoader("").construct_object(node)
        except ValueError:
            pass
        self._refuse(node, f"`{node.tag}` cannot be read here: write plain text in quotes")
        return ""

    def _refuse(self, node: yaml.Node, message: str) -> None:
        self.findings.append(_at_mark(node.start_mark, message, file=self.file))
