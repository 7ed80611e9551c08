"""The text of a policy as plain values and the line each stands on; YAML's traps are refused, not interpreted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml
from yaml import CSafeLoader

from dayone.contracts.policy_findings import Finding, invalid_policy

type Path = tuple[str | int, ...]

# A policy needs eight levels and an IAM document some more; the parser below is recursive.
_DEEPEST = 40
_TAG = "tag:yaml.org,2002:"
# YAML 1.1 reads `2012-10-17`, the version of every IAM document, as a date; here it is what is written.
_TEXTS = frozenset({f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}value"})
_PLAIN = frozenset({f"{_TAG}int", f"{_TAG}float", f"{_TAG}bool", f"{_TAG}null"})


@dataclass(frozen=True)
class Spot:
    """Where a value stands: its line counted from 1, and the scalar as it is written."""

    line: int
    written: str = ""


@dataclass(frozen=True)
class Document:
    """Plain values (dict, list, str, int, float, bool, None), the spot of each by its path, and what was refused."""

    values: object
    spots: Mapping[Path, Spot]
    findings: tuple[Finding, ...] = ()

    def spot(self, path: Path) -> Spot:
        """The spot of the value at `path`, or of the nearest value around it."""
        while path and path not in self.spots:
            path = path[:-1]
        return self.spots.get(path, Spot(1))


def read_yaml(text: str, *, file: str) -> Document:
    """Read one YAML document; raises Invalid, with the finding, when it cannot be read as a whole."""
    try:
        trap = _trap(text)
        node = None if trap else yaml.compose(text, Loader=CSafeLoader)
    except yaml.YAMLError as error:
        raise invalid_policy([_unreadable(error, text=text)], file=file) from error
    if trap or node is None:
        empty = Finding(1, "the policy is empty: it starts with `version: 1`")
        raise invalid_policy([trap or empty], file=file)
    reader = _Reader()
    values = reader.value_of(node, path=(), line=_line(node))
    return Document(values, reader.spots, tuple(reader.findings))


def _trap(text: str) -> Finding | None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            # An alias makes the line of a mistake ambiguous, and a few of them make a small file enormous.
            return Finding(line, f"the alias `*{event.anchor}` is not supported: write out what it stands for")
        if documents > 1:
            return Finding(line, "a second document starts here: a policy is one document, so remove the `---`")
        if depth > _DEEPEST:
            return Finding(line, f"this is nested deeper than {_DEEPEST} levels: no part of a policy needs that")
    return None


def _unreadable(error: yaml.YAMLError, *, text: str) -> Finding:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        return Finding(mark.line + 1 if mark else 1, f"this is not YAML ({said}): check indentation, colons and quotes")
    position = getattr(error, "position", 0)
    line = text.count("\n", 0, position) + 1
    return Finding(line, "this has a character that YAML does not allow: remove the control character")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


@dataclass
class _Reader:
    spots: dict[Path, Spot] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def value_of(self, node: yaml.Node, *, path: Path, line: int) -> object:
        self.spots[path] = Spot(line, node.value if isinstance(node, yaml.ScalarNode) else "")
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, path=path)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.value_of(one, path=(*path, at), line=_line(one)) for at, one in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, *, path: Path) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            key, line = self._key(key_node), _line(key_node)
            if key is None:
                continue
            if key in values:
                first = self.spots[*path, key].line
                self.findings.append(Finding(line, f"`{key}` is here twice, first on line {first}: keep one of them"))
                continue
            values[key] = self.value_of(value_node, path=(*path, key), line=line)
        return values

    def _key(self, node: yaml.Node) -> str | None:
        if isinstance(node, yaml.ScalarNode) and node.tag in _TEXTS:
            return str(node.value)
        if isinstance(node, yaml.ScalarNode) and node.tag in _PLAIN:
            said = f"YAML does not read the key `{node.value}` as text: put it in quotes"
        elif isinstance(node, yaml.ScalarNode) and node.value == "<<":
            said = "merging with `<<` is not supported: write out the keys"
        else:
            said = "a key is a word: write `key: value`"
        self.findings.append(Finding(_line(node), said))
        return None

    def _scalar(self, node: yaml.Node) -> object:
        if node.tag in _TEXTS:
            return node.value
        try:
            if node.tag in _PLAIN:
                return CSafeLoader("").construct_object(node)
        except ValueError:
            pass
        self.findings.append(Finding(_line(node), f"`{node.tag}` cannot be read here: write plain text in quotes"))
        return ""
