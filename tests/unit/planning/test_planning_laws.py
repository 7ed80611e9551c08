"""Laws of planning that hold whatever is wanted and whatever is there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from dayone.model.dependencies import FORGOTTEN, Difference
from dayone.model.operations import Action, Applied, Operation
from dayone.model.policy.rules import Protection
from dayone.model.subjects import Desired, DesiredResource, Reason, Resource, ResourceKind, Subject
from dayone.planning.diff import Planned, differences, fingerprint, operations
from tests.builders import (
    BOUNDARY,
    GROUP,
    INLINE_POLICY,
    NOON,
    PERMISSION_SET,
    PROVISIONING,
    USER,
    a_cause,
    assignment,
    customer_policy,
    managed_policy,
    membership,
    the_account,
    the_group,
    the_person,
    the_set,
)

_NAMES = ("a", "b", "c")
_RESOURCES: Mapping[Subject, tuple[Resource, ...]] = {
    the_person(): (USER, *(membership(name) for name in _NAMES)),
    the_account(): tuple(
        assignment(principal, permission_set) for principal in (*_NAMES, "person:a") for permission_set in ("P", "Q")
    ),
    the_group("a"): (GROUP,),
    the_set("P"): (
        *(PERMISSION_SET, INLINE_POLICY, BOUNDARY, PROVISIONING),
        *(make(name) for make in (managed_policy, customer_policy) for name in _NAMES),
    ),
}
_ATTACHED = (ResourceKind.MANAGED_POLICY, ResourceKind.CUSTOMER_POLICY, ResourceKind.INLINE_POLICY)
_KEPT = (ResourceKind.USER, ResourceKind.PROVISIONING)

_attributes = st.dictionaries(st.sampled_from(["description", "title"]), st.sampled_from(["x", "y"]), max_size=2)
_wanted = st.builds(DesiredResource, _attributes, st.just((Reason("policy.yaml:1", "it is wanted"),)))


@dataclass(frozen=True)
class _Case:
    subject: Subject
    desired: Desired
    applied: Mapping[Resource, Applied]
    protection: Protection

    def differences(self, applied: Mapping[Resource, Applied] | None = None) -> list[Difference]:
        have = self.applied if applied is None else applied
        return differences(self.desired, applied=have, subject=self.subject, protection=self.protection)

    def operations(self) -> tuple[Operation, ...]:
        planned = Planned(cause=a_cause(), subject=self.subject, generation="1-aa", now=NOON)
        return operations(self.differences(), planned=planned)

    def is_protected(self, resource: Resource) -> bool:
        name = self.subject.name if resource.kind is ResourceKind.GROUP else resource.name.split("/")[-1]
        if name.startswith("person:"):
            return name.removeprefix("person:") in self.protection.people
        of_a_group = resource.kind in (ResourceKind.GROUP, ResourceKind.MEMBERSHIP, ResourceKind.ASSIGNMENT)
        return of_a_group and name in self.protection.groups


@st.composite
def _cases(draw: st.DrawFn) -> _Case:
    subject = draw(st.sampled_from(list(_RESOURCES)))
    resources = st.sampled_from(_RESOURCES[subject])
    desired = draw(st.dictionaries(resources, _wanted))
    applied = {
        resource: Applied(
            resource=resource,
            attributes=draw(_attributes),
            doubt=draw(st.none() | st.sampled_from(Action)),
            adopted=draw(st.booleans()),
        )
        for resource in draw(st.sets(resources))
    }
    groups = draw(st.frozensets(st.sampled_from(_NAMES), max_size=2))
    people = draw(st.frozensets(st.sampled_from(_NAMES), max_size=1))
    return _Case(subject, Desired(desired), applied, Protection(people=people, groups=groups))


def _carried_out(applied: Mapping[Resource, Applied], planned: tuple[Operation, ...]) -> dict[Resource, Applied]:
    then = dict(applied)
    for operation in planned:
        if operation.action is Action.DELETE:
            for gone in (operation.resource, *operation.covers):
                then.pop(gone)
        else:
            then[operation.resource] = Applied(resource=operation.resource, attributes=operation.attributes)
    return then


@given(_cases())
def test_carrying_a_plan_out_gives_what_is_desired(case: _Case) -> None:
    then = _carried_out(case.applied, case.operations())
    for resource, wanted in case.desired.resources.items():
        if not case.is_protected(resource):
            assert dict(then[resource].attributes) == dict(wanted.attributes)
            assert then[resource].doubt is None
    for resource in then.keys() - case.desired.resources.keys():
        was = case.applied.get(resource)
        assert resource.kind in _KEPT or case.is_protected(resource) or (was is not None and was.adopted)


@given(_cases())
def test_after_a_plan_there_is_nothing_left_to_plan(case: _Case) -> None:
    then = _carried_out(case.applied, case.operations())
    assert case.differences(then) == []


@given(_cases())
def test_the_same_input_gives_the_same_plan_in_whatever_order_it_comes(case: _Case) -> None:
    backwards = _Case(
        case.subject,
        Desired(dict(list(case.desired.resources.items())[::-1])),
        dict(list(case.applied.items())[::-1]),
        case.protection,
    )
    assert fingerprint(backwards.differences()) == fingerprint(case.differences())
    assert [operation.target for operation in backwards.operations()] == [
        operation.target for operation in case.operations()
    ]


@given(_cases())
def test_nothing_adopted_or_protected_is_ever_removed(case: _Case) -> None:
    for found in case.differences():
        assert not case.is_protected(found.resource)
        if found.action is Action.DELETE:
            assert found.resource.kind is not ResourceKind.USER
            # Of a group that was there before the record goes, and nothing in AWS.
            assert not case.applied[found.resource].adopted or FORGOTTEN in found.desired.attributes


@given(_cases())
def test_revocations_come_before_grants_and_provisioning_comes_last(case: _Case) -> None:
    found = case.differences()
    removals = [difference.action is Action.DELETE for difference in found]
    assert removals == sorted(removals, reverse=True)
    marks = [difference.resource.kind is ResourceKind.PROVISIONING for difference in found]
    assert marks == sorted(marks)


@given(_cases())
def test_nothing_waits_for_itself_or_for_what_comes_after_it(case: _Case) -> None:
    planned = case.operations()
    assert [operation.number for operation in planned] == list(range(len(planned)))
    assert all(earlier < operation.number for operation in planned for earlier in operation.after)


@given(_cases())
def test_every_operation_has_a_reason(case: _Case) -> None:
    assert all(operation.reasons for operation in case.operations())


@given(_cases())
def test_who_is_left_alone_is_not_touched(case: _Case) -> None:
    alone = _Case(case.subject, Desired(case.desired.resources, left_alone="protected"), case.applied, case.protection)
    assert alone.differences() == []


@given(_cases(), st.data())
def test_a_new_name_removes_nothing_and_creates_nothing(case: _Case, data: st.DataObject) -> None:
    """Check that a new name adds only updates, whatever else exists or is desired."""
    root = data.draw(st.sampled_from([USER, GROUP, PERMISSION_SET]))
    if root not in case.applied or root not in case.desired.resources:
        return
    named = _named(case, root, before="Same", after="Same"), _named(case, root, before="Old", after="New")
    as_before, renamed = (
        {(difference.action, difference.resource) for difference in each.differences()} for each in named
    )
    if root == PERMISSION_SET:
        assert renamed == set()
    else:
        assert {pair for pair in renamed if pair[0] is not Action.UPDATE} == {
            pair for pair in as_before if pair[0] is not Action.UPDATE
        }


@given(_cases())
def test_the_boundary_is_there_whenever_a_policy_is_attached_or_detached(case: _Case) -> None:
    planned = case.operations()
    for operation in planned:
        earlier = {planned[number].resource for number in operation.after}
        policies = [two for two in planned if two.resource.kind in _ATTACHED]
        if operation.resource == BOUNDARY and operation.action is Action.DELETE:
            assert {two.resource for two in policies if two.action is Action.DELETE} <= earlier
        elif operation.resource == BOUNDARY:
            growing = [two for two in policies if two.action is not Action.DELETE]
            assert all(operation.number in two.after for two in growing)


def _named(case: _Case, root: Resource, *, before: str, after: str) -> _Case:
    have, want = case.applied[root], case.desired.resources[root]
    applied = {**case.applied, root: replace(have, attributes={**have.attributes, "name": before})}
    wanted = {**case.desired.resources, root: replace(want, attributes={**want.attributes, "name": after})}
    return replace(case, applied=applied, desired=Desired(wanted))
