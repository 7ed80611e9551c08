"""Mistakes between the parts of a policy: what is named but not there, and what is there twice.

They work on the plain values, so that they show beside mistakes of the shape.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dayone.contracts.policy_findings import Finding, suggestion
from dayone.contracts.policy_yaml import Document

_ONCE = ("guardrails", "people", "identity_source")
_SECTIONS = {"group": "groups", "permission_set": "permission_sets"}


def mistakes_between(documents: Sequence[Document]) -> Iterator[Finding]:
    """All of them, over the files of one policy."""
    for section in _SECTIONS.values():
        yield from _alike_keys(documents, section=section)
        yield from _alike_names(documents, section=section)
    for section in _ONCE:
        yield from _second(documents, section=section)
    yield from _nobody_twice(documents)
    # What a file defines that cannot be read, nobody knows.
    if all(document.is_read for document in documents):
        yield from _dangling(documents)


def _dangling(documents: Sequence[Document]) -> Iterator[Finding]:
    known = {key: [name for one in documents for name in one.section(section)] for key, section in _SECTIONS.items()}
    for document in documents:
        for at, assignment in enumerate(_assignments(document)):
            for key, section in _SECTIONS.items():
                name = assignment.get(key) if isinstance(assignment, Mapping) else None
                if isinstance(name, str) and name not in known[key]:
                    fix = suggestion(name, known=known[key])
                    said = f"assignments[{at}].{key}: there is no `{name}` under `{section}`; {fix}"
                    yield document.finding(("assignments", at, key), said)


def _alike_keys(documents: Iterable[Document], *, section: str) -> Iterator[Finding]:
    first: dict[str, tuple[Document, str]] = {}
    for document in documents:
        for key in document.section(section):
            before, other = first.setdefault(key.casefold(), (document, key))
            if other != key:
                said = f"differs from `{other}`{_place(before, section, other)} in letter case only; rename one of them"
            elif before is not document:
                said = f"is defined{_place(before, section, other)} as well; keep one of the two"
            else:
                continue
            yield document.finding((section, key), f"{section}.{key}: {said}")


def _alike_names(documents: Iterable[Document], *, section: str) -> Iterator[Finding]:
    # Identity Center and IAM tell names apart whatever their letter case.
    first: dict[str, tuple[Document, str]] = {}
    for document in documents:
        for key, rule in document.section(section).items():
            given = rule.get("name") if isinstance(rule, Mapping) else None
            name = given if isinstance(given, str) else key
            before, other = first.setdefault(name.casefold(), (document, key))
            if other.casefold() != key.casefold():
                said = f"has the name of `{other}`{_place(before, section, other)} in AWS, `{name}`; rename one of them"
                yield document.finding((section, key, "name"), f"{section}.{key}: {said}")


def _second(documents: Iterable[Document], *, section: str) -> Iterator[Finding]:
    having = [one for one in documents if section in _keys(one)]
    for document in having[1:]:
        verb = "is" if section == "identity_source" else "are"
        said = f"{section}: {verb}{_place(having[0], section)} as well; keep all of them in one file"
        yield document.finding((section,), said)


def _nobody_twice(documents: Iterable[Document]) -> Iterator[Finding]:
    for document in documents:
        said = document.section("people").get("same_person")
        same: Mapping[str, object] = said if isinstance(said, Mapping) else {}
        for duplicate, original in same.items():
            if isinstance(original, str) and original in same:
                fix = f"`{original}` is said to be somebody else itself; name the id that counts"
                yield document.finding(("people", "same_person", duplicate), f"people.same_person.{duplicate}: {fix}")


def _place(document: Document, *path: str) -> str:
    return f" at {document.file}:{document.spot(path).line}"


def _keys(document: Document) -> Iterable[str]:
    return document.values if isinstance(document.values, Mapping) else ()


def _assignments(document: Document) -> list[object]:
    found = document.values.get("assignments") if isinstance(document.values, Mapping) else None
    return found if isinstance(found, list) else []
