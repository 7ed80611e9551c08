"""Accounts that were there before Day One: what they would be given waits until a human has approved any of it."""

from collections.abc import Iterable

from dayone.domain.operations import Action
from dayone.domain.precedence import Difference
from dayone.domain.subject_states import Head
from dayone.domain.subjects import Resource, ResourceKind


def first_gifts(found: Iterable[Difference], *, head: Head) -> frozenset[Resource]:
    """The assignments that are held, or have been held, because the account awaits a first approval."""
    known = {one.resource for one in head.held if one.is_gift}
    return frozenset(
        one.resource
        for one in found
        if one.action is Action.CREATE
        and one.resource.kind is ResourceKind.ASSIGNMENT
        and (head.awaits_approval or one.resource in known)
    )
