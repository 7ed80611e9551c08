"""Changes and their order, one sentence per case."""

from collections.abc import Mapping

import pytest

from dayone.model.changes import CauseKind
from dayone.model.dependencies import Difference
from dayone.model.operations import Action, Applied, Operation, Priority
from dayone.model.policy.rules import Protection
from dayone.model.subjects import (
    Desired,
    DesiredResource,
    Reason,
    Resource,
    Subject,
    group_named,
    permission_set_named,
    provisioning_of,
    user_of,
)
from dayone.planning.diff import Planned, differences, fingerprint, left_alone, operations
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
    confirmed,
    customer_policy,
    managed_policy,
    membership,
    the_account,
    the_group,
    the_person,
    the_set,
)

_VIEW = managed_policy("job-function/ViewOnlyAccess")
_DEPLOYER = customer_policy("/teams/Deployer")
_OF_THE_SET = (permission_set_named("ViewOnly"),)


def _wanting(*resources: Resource, **attributes: str) -> Desired:
    reasons = (Reason("policy.yaml:1", "wanted"),)
    return Desired(
        {
            resource: DesiredResource(attributes if resource.kind.value in ("user", "group") else {}, reasons)
            for resource in resources
        }
    )


def _having(*existing: Applied) -> dict[Resource, Applied]:
    return {applied.resource: applied for applied in existing}


def _found(
    desired: Desired,
    applied: Mapping[Resource, Applied],
    *,
    subject: Subject | None = None,
    protection: Protection | None = None,
) -> list[tuple[str, str]]:
    found = differences(
        desired, applied=applied, subject=subject or the_person(), protection=protection or Protection()
    )
    return [(str(difference.action), str(difference.resource)) for difference in found]


def _operations(
    *found: Difference, subject: Subject | None = None, kind: CauseKind = CauseKind.HR_EVENT
) -> tuple[Operation, ...]:
    planned = Planned(cause=a_cause(kind), subject=subject or the_person(), generation="1-aa", now=NOON)
    return operations(found, planned=planned)


def _difference(action: Action, resource: Resource) -> Difference:
    return Difference(action, resource, DesiredResource({}, ()))


@pytest.mark.parametrize(
    ("case", "desired", "applied", "expected"),
    [
        ("nothing wanted, nothing there", _wanting(), {}, []),
        ("what is missing is created", _wanting(USER), {}, [("create", "user")]),
        ("what is as wanted stays", _wanting(USER, title="x"), _having(confirmed(USER, attributes={"title": "x"})), []),
        (
            "what differs is updated",
            _wanting(USER, title="x"),
            _having(confirmed(USER, attributes={"title": "y"})),
            [("update", "user")],
        ),
        (
            "what has one attribute too many is updated",
            _wanting(USER),
            _having(confirmed(USER, attributes={"title": "y"})),
            [("update", "user")],
        ),
        (
            "what is not wanted is deleted",
            _wanting(),
            _having(confirmed(membership())),
            [("delete", "membership/engineers")],
        ),
        ("a user is kept without access", _wanting(), _having(confirmed(USER)), []),
        ("a user in doubt is kept too", _wanting(), _having(confirmed(USER, doubt=Action.CREATE)), []),
        ("what was there before Day One is kept", _wanting(), _having(confirmed(membership(), adopted=True)), []),
        (
            "what was there before Day One is brought up to date",
            _wanting(USER, title="x"),
            _having(confirmed(USER, attributes={"title": "y"}, adopted=True)),
            [("update", "user")],
        ),
        (
            "a creation in doubt is repeated",
            _wanting(membership()),
            _having(confirmed(membership(), doubt=Action.CREATE)),
            [("create", "membership/engineers")],
        ),
        (
            "a creation in doubt is undone when it is not wanted any more",
            _wanting(),
            _having(confirmed(membership(), doubt=Action.CREATE)),
            [("delete", "membership/engineers")],
        ),
        (
            "an update in doubt is repeated",
            _wanting(USER),
            _having(confirmed(USER, doubt=Action.UPDATE)),
            [("update", "user")],
        ),
        (
            "a removal in doubt is repeated",
            _wanting(),
            _having(confirmed(membership(), doubt=Action.DELETE)),
            [("delete", "membership/engineers")],
        ),
        (
            "a removal in doubt is made good when it is wanted again",
            _wanting(membership()),
            _having(confirmed(membership(), doubt=Action.DELETE)),
            [("create", "membership/engineers")],
        ),
        (
            "a mover loses before they gain, and is a user before they are a member",
            _wanting(USER, membership("data"), membership("analysts")),
            _having(confirmed(membership("engineers"))),
            [
                ("delete", "membership/engineers"),
                ("create", "user"),
                ("create", "membership/analysts"),
                ("create", "membership/data"),
            ],
        ),
        (
            "a subject that is left alone is not touched",
            Desired({}, left_alone="protected"),
            _having(confirmed(membership(), doubt=Action.CREATE)),
            [],
        ),
    ],
)
def test_the_differences_of_a_person(
    case: str, desired: Desired, applied: Mapping[Resource, Applied], expected: list[tuple[str, str]]
) -> None:
    assert _found(desired, applied) == expected, case


def test_memberships_of_a_protected_group_are_neither_given_nor_taken() -> None:
    protection = Protection(groups=frozenset({"break-glass"}))
    assert _found(_wanting(membership("break-glass")), {}, protection=protection) == []
    assert _found(_wanting(), _having(confirmed(membership("break-glass"))), protection=protection) == []


def test_assignments_of_a_protected_group_are_neither_given_nor_taken() -> None:
    protection = Protection(groups=frozenset({"break-glass"}))
    theirs, others = assignment("break-glass"), assignment("engineers")
    assert _found(_wanting(theirs, others), {}, subject=the_account(), protection=protection) == [
        ("create", "assignment/ViewOnly/engineers")
    ]
    assert _found(_wanting(), _having(confirmed(theirs)), subject=the_account(), protection=protection) == []


def test_assignments_of_a_protected_person_are_neither_given_nor_taken() -> None:
    protection = Protection(people=frozenset({"e-1"}), groups=frozenset({"e-2"}))
    theirs, others = assignment("person:e-1"), assignment("person:e-2")
    assert _found(_wanting(theirs, others), {}, subject=the_account(), protection=protection) == [
        ("create", "assignment/ViewOnly/person:e-2")
    ]
    assert _found(_wanting(), _having(confirmed(theirs)), subject=the_account(), protection=protection) == []


def test_a_group_is_protected_by_its_whole_name() -> None:
    protection = Protection(groups=frozenset({"ops"}))
    assert _found(_wanting(membership("eu/ops")), {}, protection=protection) == [("create", "membership/eu/ops")]


def test_a_protected_group_itself_is_not_touched() -> None:
    protection = Protection(groups=frozenset({"break-glass"}))
    applied = _having(confirmed(GROUP))
    assert _found(_wanting(), applied, subject=the_group("break-glass"), protection=protection) == []
    assert _found(_wanting(), applied, subject=the_group("other"), protection=protection) == [("delete", "group")]


def test_a_new_permission_set_is_provisioned_after_all_that_is_attached_to_it() -> None:
    desired = _wanting(PROVISIONING, INLINE_POLICY, _VIEW, _DEPLOYER, BOUNDARY, PERMISSION_SET)
    assert _found(desired, {}, subject=the_set()) == [
        ("create", "permission-set"),
        ("create", "boundary"),
        ("create", "inline-policy"),
        ("create", "customer-policy//teams/Deployer"),
        ("create", "managed-policy/job-function/ViewOnlyAccess"),
        ("create", "provisioning"),
    ]


def test_a_permission_set_goes_as_a_whole_and_covers_what_belongs_to_it() -> None:
    applied = _having(confirmed(PERMISSION_SET), confirmed(_VIEW, adopted=True), confirmed(PROVISIONING))
    (found,) = differences(_wanting(), applied=applied, subject=the_set(), protection=Protection())
    assert (found.action, found.resource) == (Action.DELETE, PERMISSION_SET)
    assert set(found.covers) == {_VIEW, PROVISIONING}


def test_a_permission_set_that_was_there_before_loses_what_day_one_attached_is_provisioned_and_forgotten() -> None:
    theirs = managed_policy("ReadOnlyAccess")
    applied = _having(
        confirmed(PERMISSION_SET, adopted=True),
        confirmed(_VIEW),
        confirmed(theirs, adopted=True),
        confirmed(PROVISIONING, attributes={"definition": "old"}),
    )
    assert _found(_wanting(), applied, subject=the_set()) == [
        ("delete", "managed-policy/job-function/ViewOnlyAccess"),
        ("update", "provisioning"),
        # Forgotten in the end, with all that is on record of it.
        ("delete", "permission-set"),
    ]


def test_what_changes_in_a_permission_set_reaches_the_accounts_even_when_the_form_was_provisioned_before() -> None:
    applied = _having(confirmed(PERMISSION_SET), confirmed(_VIEW, doubt=Action.DELETE), confirmed(PROVISIONING))
    assert _found(_wanting(PERMISSION_SET, _VIEW, PROVISIONING), applied, subject=the_set()) == [
        ("create", "managed-policy/job-function/ViewOnlyAccess"),
        ("update", "provisioning"),
    ]


def test_a_permission_set_that_may_be_gone_is_made_again_with_all_that_was_attached_to_it() -> None:
    applied = _having(confirmed(PERMISSION_SET, doubt=Action.DELETE), confirmed(_VIEW), confirmed(PROVISIONING))
    assert _found(_wanting(PERMISSION_SET, _VIEW, PROVISIONING), applied, subject=the_set()) == [
        ("create", "permission-set"),
        ("create", "managed-policy/job-function/ViewOnlyAccess"),
        ("create", "provisioning"),
    ]


def test_a_boundary_goes_after_the_policies_that_it_limits() -> None:
    applied = _having(*(confirmed(resource) for resource in (PERMISSION_SET, BOUNDARY, _VIEW, _DEPLOYER, PROVISIONING)))
    assert _found(_wanting(PERMISSION_SET, PROVISIONING), applied, subject=the_set()) == [
        ("delete", "managed-policy/job-function/ViewOnlyAccess"),
        ("delete", "customer-policy//teams/Deployer"),
        ("delete", "boundary"),
        ("update", "provisioning"),
    ]


@pytest.mark.parametrize("doubt", [None, *Action])
def test_a_permission_set_with_a_new_name_is_left_alone_and_so_is_all_of_it(doubt: Action | None) -> None:
    applied = _having(confirmed(PERMISSION_SET, attributes={"name": "Old"}, doubt=doubt), confirmed(_VIEW))
    desired = Desired({PERMISSION_SET: DesiredResource({"name": "New"}, ()), PROVISIONING: DesiredResource({}, ())})
    assert _found(desired, applied, subject=the_set()) == []
    assert left_alone(desired, applied=applied).startswith("AWS cannot rename a permission set")


def test_a_permission_set_with_its_name_is_not_left_alone() -> None:
    applied = _having(confirmed(PERMISSION_SET, attributes={"name": "Same"}))
    assert left_alone(Desired({PERMISSION_SET: DesiredResource({"name": "Same"}, ())}), applied=applied) == ""
    assert left_alone(Desired({}), applied=applied) == ""
    assert left_alone(Desired({}, left_alone="protected"), applied=applied) == "protected"


def test_a_group_with_a_new_name_is_updated() -> None:
    desired = Desired({GROUP: DesiredResource({"name": "New"}, ())})
    applied = _having(confirmed(GROUP, attributes={"name": "Old"}))
    assert _found(desired, applied, subject=the_group()) == [("update", "group")]


def test_a_removal_says_which_reasons_have_gone() -> None:
    existing = confirmed(membership(), reasons=(Reason("policy.yaml:4", "department is Data"),))
    (found,) = differences(_wanting(), applied=_having(existing), subject=the_person(), protection=Protection())
    assert found.desired.reasons == (Reason("policy.yaml:4", "no longer: department is Data"),)


def test_a_removal_without_known_reasons_still_has_one() -> None:
    (found,) = differences(
        _wanting(), applied=_having(confirmed(membership())), subject=the_person(), protection=Protection()
    )
    assert [reason.rule for reason in found.desired.reasons] == ["policy"]


@pytest.mark.parametrize(
    ("case", "subject", "action", "resource", "expected"),
    [
        ("a user needs nothing", the_person(), Action.CREATE, USER, ()),
        (
            "a membership needs the user and the group",
            the_person(),
            Action.CREATE,
            membership(),
            (user_of("e-1"), group_named("engineers")),
        ),
        (
            "an assignment needs the group, the permission set and its provisioning",
            the_account(),
            Action.CREATE,
            assignment("engineers", "ViewOnly"),
            (group_named("engineers"), permission_set_named("ViewOnly"), provisioning_of("ViewOnly")),
        ),
        (
            "an assignment of a person needs the user",
            the_account(),
            Action.CREATE,
            assignment("person:e-1", "ViewOnly"),
            (user_of("e-1"), permission_set_named("ViewOnly"), provisioning_of("ViewOnly")),
        ),
        *(
            ("what is attached needs the permission set", the_set(), Action.CREATE, resource, _OF_THE_SET)
            for resource in (_VIEW, _DEPLOYER, INLINE_POLICY, BOUNDARY)
        ),
        (
            "provisioning needs the permission set",
            the_set(),
            Action.UPDATE,
            PROVISIONING,
            (permission_set_named("ViewOnly"),),
        ),
        ("a removal needs nothing", the_account(), Action.DELETE, assignment(), ()),
    ],
)
def test_what_an_operation_requires(
    case: str, subject: Subject, action: Action, resource: Resource, expected: tuple[object, ...]
) -> None:
    (operation,) = _operations(_difference(action, resource), subject=subject)
    assert operation.requires == expected, case


@pytest.mark.parametrize(
    ("case", "kind", "action", "expected"),
    [
        ("a leaver goes first", CauseKind.HR_EVENT, Action.DELETE, Priority.REVOCATION),
        ("a last day that is over goes first", CauseKind.DUE, Action.DELETE, Priority.REVOCATION),
        ("an account that moved loses access first", CauseKind.ACCOUNT_EVENT, Action.DELETE, Priority.REVOCATION),
        ("a joiner comes next", CauseKind.HR_EVENT, Action.CREATE, Priority.ONBOARDING),
        ("a new account comes next", CauseKind.ACCOUNT_EVENT, Action.CREATE, Priority.ONBOARDING),
        ("a mover's new name comes next", CauseKind.HR_EVENT, Action.UPDATE, Priority.ONBOARDING),
        ("a policy change comes then", CauseKind.POLICY, Action.CREATE, Priority.POLICY),
        ("a removal by policy comes then", CauseKind.POLICY, Action.DELETE, Priority.POLICY),
        ("repair comes last", CauseKind.DRIFT, Action.DELETE, Priority.REPAIR),
    ],
)
def test_priorities(case: str, kind: CauseKind, action: Action, expected: Priority) -> None:
    (operation,) = _operations(_difference(action, membership()), kind=kind)
    assert operation.priority is expected, case


def test_a_membership_waits_for_its_user_and_a_removal_for_nothing() -> None:
    removal, user, member = _operations(
        _difference(Action.DELETE, membership("data")),
        _difference(Action.CREATE, USER),
        _difference(Action.CREATE, membership()),
    )
    assert (removal.after, user.after, member.after) == ((), (), (1,))


def test_what_is_attached_waits_for_the_boundary_and_the_end_of_the_boundary_for_what_was_attached() -> None:
    planned = _operations(
        _difference(Action.UPDATE, BOUNDARY), _difference(Action.CREATE, _DEPLOYER), subject=the_set()
    )
    assert [operation.after for operation in planned] == [(), (0,)]
    planned = _operations(
        _difference(Action.DELETE, _DEPLOYER),
        _difference(Action.DELETE, BOUNDARY),
        _difference(Action.CREATE, _VIEW),
        subject=the_set(),
    )
    assert [operation.after for operation in planned] == [(), (0,), ()]


def test_provisioning_waits_for_all_the_rest_of_its_plan() -> None:
    planned = _operations(
        _difference(Action.DELETE, managed_policy("ReadOnlyAccess")),
        _difference(Action.UPDATE, PERMISSION_SET),
        _difference(Action.CREATE, _VIEW),
        _difference(Action.UPDATE, PROVISIONING),
        subject=the_set(),
    )
    assert [operation.after for operation in planned] == [(), (), (), (0, 1, 2)]


def test_operations_carry_their_cause_their_place_and_their_wish() -> None:
    wanted = DesiredResource({"description": "d"}, (Reason("policy.yaml:2", "the policy has this group"),))
    (operation,) = _operations(Difference(Action.UPDATE, GROUP, wanted), subject=the_group())
    assert (operation.change, operation.actor, operation.generation) == ("01CHANGE", "hr:standard", "1-aa")
    assert (operation.attributes, operation.reasons) == (wanted.attributes, wanted.reasons)
    assert (operation.id, operation.kind) == ("group:engineers@1-aa/0000", "update-group")
    assert operation.created_at == NOON


def test_fingerprints_tell_apart_what_is_asked_for() -> None:
    create, delete = _difference(Action.CREATE, membership()), _difference(Action.DELETE, membership())
    renamed = Difference(Action.UPDATE, USER, DesiredResource({"title": "a"}, ()))
    renamed_again = Difference(Action.UPDATE, USER, DesiredResource({"title": "b"}, ()))
    marks = [fingerprint(found) for found in ([], [create], [delete], [renamed], [renamed_again], [create, renamed])]
    assert len(set(marks)) == len(marks)
    assert fingerprint([create]) == fingerprint([_difference(Action.CREATE, membership())])
