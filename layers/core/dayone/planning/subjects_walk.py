"""Go through the whole company in an order that can be taken up again anywhere."""

from collections.abc import Iterator

from dayone.model.policy.rules import Policy
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.store import Company

_PAGE = 500
# Groups and permission sets first: what accounts and people get depends on them.
_ORDER = (SubjectKind.GROUP, SubjectKind.PERMISSION_SET, SubjectKind.ACCOUNT, SubjectKind.PERSON)


def walk_company(policy: Policy, *, company: Company, after: Subject | None = None) -> Iterator[SubjectState]:
    """Yield every recorded subject, and the groups and permission sets that are only in the policy yet.

    Begins behind `after`, or at the beginning. Subjects written before they are reached are not missed.
    """
    in_policy = {
        SubjectKind.GROUP: {group.name for group in policy.groups},
        SubjectKind.PERMISSION_SET: {rule.name for rule in policy.permission_sets},
    }
    for kind in _ORDER[_ORDER.index(after.kind) if after else 0 :]:
        name = after.name if after and after.kind is kind else ""
        if kind in in_policy:
            yield from _named(kind, in_policy[kind], company=company, after=name)
        else:
            yield from walk_kind(kind, company=company, after=name)


def walk_kind(kind: SubjectKind, *, company: Company, after: str = "") -> Iterator[SubjectState]:
    """Yield every recorded subject of one kind, behind the name `after`."""
    while page := company.states(kind, after=after, limit=_PAGE):
        yield from page
        after = page[-1].head.subject.name


def _named(kind: SubjectKind, names: set[str], *, company: Company, after: str) -> Iterator[SubjectState]:
    states = {state.head.subject.name: state for state in walk_kind(kind, company=company, after="")}
    for name in sorted(names | states.keys()):
        if name > after:
            yield states.get(name) or SubjectState(Head(subject=Subject(kind, name)))
