"""Comparison of an existing Identity Center resource with the desired one of the same name, part by part."""

import json
import shlex
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dayone.model.dependencies import digest_of
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind

_MOST_LISTED = 12
_LONGEST_VALUE = 160
_NONE = "none"
# Reasons end up in the audit log, which has people by their HR id alone.
_PERSONAL = frozenset({"user_name", "display_name", "given_name", "family_name", "email"})
# Whoever has both of these is the same person.
_IDENTIFYING = ("user_name", "email")
_LABELS = {
    ResourceKind.MANAGED_POLICY: "managed policy",
    ResourceKind.CUSTOMER_POLICY: "customer managed policy",
    ResourceKind.INLINE_POLICY: "inline policy",
    ResourceKind.BOUNDARY: "permissions boundary",
}


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """One part that is not as desired, both sides in words; `none` stands for what is not there or not desired.

    A member has the person by HR id, and an assignment of a permission set its account and the person, or the group by
    its name in AWS; who is gone or unknown has neither.
    """

    part: str
    existing: str = _NONE
    desired: str = _NONE
    account: str = ""
    group: str = ""
    person: str = ""

    def __str__(self) -> str:
        return f"{self.part}: {self.existing} → {self.desired}"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Differences between an existing and the desired resource; `unread` names the parts that could not be read.

    `attached` are the policies of a permission set, with their attributes. `uses` are its members and assignments, by
    AWS's ids. `digest` covers everything that exists and everything desired, in full: it is the same only as long as
    both are.
    """

    mismatches: tuple[Mismatch, ...] = ()
    unread: tuple[str, ...] = ()
    attached: Mapping[Resource, Mapping[str, str]] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    digest: str = ""

    @property
    def is_identical(self) -> bool:
        """True if every part was read and is as desired."""
        return not (self.mismatches or self.unread)

    def __str__(self) -> str:
        listed = [str(mismatch) for mismatch in self.mismatches[:_MOST_LISTED]]
        if len(self.mismatches) > _MOST_LISTED:
            listed.append(f"and {len(self.mismatches) - _MOST_LISTED} more")
        differing = f"it differs (what is there → what is wanted): {'; '.join(listed)}" if listed else ""
        unread = f"not looked at: {'; '.join(self.unread)}" if self.unread else ""
        return ". ".join(text for text in (differing, unread) if text)


def compare_attributes(existing: Mapping[str, str], desired: Mapping[str, str]) -> Iterator[Mismatch]:
    """Each attribute that is not the very same; personal ones without their values."""
    for name in sorted({*existing, *desired}):
        before, after = existing.get(name, ""), desired.get(name, "")
        if before != after:
            yield _mismatch(name, before, after)


def compare_parts(
    existing: Mapping[Resource, Mapping[str, str]], desired: Mapping[Resource, Mapping[str, str]]
) -> Iterator[Mismatch]:
    """Each attached policy that is there or desired, but not both; of either side the parts with their attributes."""
    for kind in (ResourceKind.MANAGED_POLICY, ResourceKind.CUSTOMER_POLICY):
        attached = frozenset(resource.name for resource in existing if resource.kind is kind)
        names = frozenset(resource.name for resource in desired if resource.kind is kind)
        for name in sorted(attached ^ names):
            yield Mismatch(
                part=_LABELS[kind],
                existing=name if name in attached else _NONE,
                desired=name if name in names else _NONE,
            )
    inline, boundary = Resource(ResourceKind.INLINE_POLICY), Resource(ResourceKind.BOUNDARY)
    yield from compare_inline(existing.get(inline, {}).get("document", ""), desired.get(inline, {}))
    yield from compare_boundary(existing.get(boundary, {}), desired.get(boundary, {}))


def compare_inline(existing: str, desired: Mapping[str, str]) -> Iterator[Mismatch]:
    """Yield a mismatch if the inline policy differs from `document` of the desired attributes."""
    document = desired.get("document", "")
    if not _is_same_document(existing, document):
        yield _mismatch(_LABELS[ResourceKind.INLINE_POLICY], _compact(existing), _compact(document))


def compare_boundary(existing: Mapping[str, str], desired: Mapping[str, str]) -> Iterator[Mismatch]:
    """Yield a mismatch if the permissions boundary is another policy, or one of another kind."""
    if dict(existing) != dict(desired):
        yield _mismatch(_LABELS[ResourceKind.BOUNDARY], " ".join(existing.values()), " ".join(desired.values()))


def compare_user(existing: Mapping[str, str], desired: Mapping[str, str]) -> Comparison:
    """Every attribute; whoever has the user uses it."""
    mismatches = tuple(compare_attributes(existing, desired))
    return Comparison(mismatches=mismatches, uses=("whoever signs in with it",), digest=digest_of(existing, desired))


def is_same_person(existing: Mapping[str, str], desired: Mapping[str, str]) -> bool:
    """Return whether a user belongs to a person: equal user name and e-mail address, and no contradiction to HR.

    Letter case, blanks, and attributes the user does not have contradict nothing; nor does `é` in one character or in
    two.
    """
    if any(_folded(existing.get(name, "")) != _folded(desired.get(name, "")) for name in _IDENTIFYING):
        return False
    return all(_folded(value) == _folded(desired.get(name, "")) for name, value in existing.items())


def how_to_describe(subject: Subject, *, name: str) -> str:
    """Return the command that prints a matching policy; `name` is the resource's name in AWS."""
    called = f" --name {shlex.quote(name)}" if subject.kind is not SubjectKind.PERSON and name != subject.name else ""
    return f"`dayone policy describe {shlex.quote(str(subject))}{called}`"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()).casefold())


def _mismatch(part: str, existing: str, desired: str) -> Mismatch:
    if part not in _PERSONAL:
        return Mismatch(part=part, existing=_shown(existing), desired=_shown(desired))
    is_case_alone = bool(existing) and _folded(existing) == _folded(desired)
    there = "the same but for letter case or blanks" if is_case_alone else "another value" if existing else _NONE
    return Mismatch(part=part, existing=there, desired="the value that HR gives" if desired else _NONE)


def _shown(text: str) -> str:
    if not text:
        return _NONE
    return f"{text[:_LONGEST_VALUE]}…" if len(text) > _LONGEST_VALUE else text


def _is_same_document(name: str, other: str) -> bool:
    if not (name and other):
        return name == other
    try:
        return _canonical(name) == _canonical(other)
    except (ValueError, RecursionError):
        return name == other


def _canonical(document: str) -> str:
    """Return the same text for equal JSON only (`1` is not `true`); raise ValueError for a duplicate key."""
    return json.dumps(_json_of(document), sort_keys=True)


def _json_of(document: str) -> object:
    return json.loads(document, object_pairs_hook=_without_duplicates)


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key is there twice")
    return members


def _compact(document: str) -> str:
    try:
        return json.dumps(_json_of(document), separators=(",", ":")) if document else ""
    except (ValueError, RecursionError):
        return document
