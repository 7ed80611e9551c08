"""Which operations must not run at the same time, because one of them would find what the other has just changed."""

from dayone.domain.operations import Action, Operation
from dayone.domain.precedence import ROOTS, unsettles


def must_not_meet(one: Operation, other: Operation) -> bool:
    """Whether they change the same resource, or one takes away what the other builds on.

    Whoever deletes a group looks first whether it is in use: a membership that begins a moment later would go with it,
    and be on record for ever. And what AWS brings to the accounts must not change on its way.
    """
    return (
        one.target == other.target
        or _undermines(one, other)
        or _undermines(other, one)
        or unsettles(one) == other.target
        or unsettles(other) == one.target
    )


def removes_a_root(operation: Operation) -> bool:
    """Whether it takes away what others build on: a user, a group or a permission set."""
    return operation.action is Action.DELETE and operation.resource.kind in ROOTS


def _undermines(one: Operation, other: Operation) -> bool:
    return removes_a_root(one) and one.target in other.requires
