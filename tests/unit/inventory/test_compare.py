"""Conclusions of a pass from what it has read, and none from what it has not."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from dayone.inventory.compare import Recorded, Snapshot, compare
from dayone.model.accounts import AccountState
from dayone.model.inventory import FURTHER, Counts, DriftKind, Pass, ReadMethod, Section
from dayone.model.operations import Action, Applied
from dayone.model.people import Status
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import ITSELF, REFERENCE, Resource, Subject, SubjectKind
from dayone.planning.desired_people import EXTERNAL
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import (
    ACCOUNT_ID,
    NOON,
    PERMISSION_SET,
    a_person,
    an_account,
    assignment,
    membership,
    the_account,
    the_group,
    the_person,
    the_set,
)

_KEY = AssignmentKey(
    account_id=ACCOUNT_ID, permission_set_arn="arn:set", principal_id="g-1", principal_type=PrincipalType.GROUP
)
_OTHER_PLACES = [Section.PROVISIONED, Section.ASSIGNMENTS]


def _pass(*unread: str, method: ReadMethod = ReadMethod.BY_ACCOUNT) -> Pass:
    why = dict.fromkeys(unread, "AWS has refused")
    return Pass(id="p-1", began_at=NOON, method=method, costs=(), counts=Counts(), unread=why)


def _snapshot(of: Pass | None = None, **parts: Any) -> Snapshot:  # noqa: ANN401 - any of its parts
    """A group of one member, which has a permission set in an account."""
    whole: dict[str, Any] = {
        "sets": {"arn:set": {PERMISSION_SET: {"name": "ViewOnly", "session_duration": "PT1H"}}},
        "groups": {"g-1": {"name": "engineers", "description": ""}},
        "users": {"u-1": {"user_name": "ada"}},
        "members": {"g-1": frozenset({"u-1"})},
        "assignments": frozenset({_KEY}),
    }
    return Snapshot(of=of or _pass(), **{**whole, **parts})


def _itself(subject: Subject, name: str, *, doubt: Action | None = None, **attributes: str) -> Applied:
    kind = subject.kind
    called = {"user_name" if kind is SubjectKind.PERSON else "name": attributes.pop("called", subject.name)}
    references = {REFERENCE[kind]: name}
    return Applied(resource=ITSELF[kind], attributes={**called, **attributes}, references=references, doubt=doubt)


def _state(subject: Subject, *applied: Applied, **head: Any) -> SubjectState:  # noqa: ANN401 - parts of a head
    return SubjectState(head=Head(subject=subject, **head), applied={each.resource: each for each in applied})


_GROUP = _state(the_group("engineers"), _itself(the_group("engineers"), "g-1", description=""))
_SET = _state(the_set("ViewOnly"), _itself(the_set("ViewOnly"), "arn:set"))
_MEMBER = Applied(resource=membership())
_ADA = _state(the_person(), _itself(the_person(), "u-1", called="ada"), _MEMBER, fact=a_person())
_ASSIGNED = Applied(resource=assignment())
_ACCOUNT = _state(the_account(), _ASSIGNED, fact=an_account())


def _found(snapshot: Snapshot, *states: SubjectState, is_rebuilding: bool = False) -> set[tuple[DriftKind, str, str]]:
    recorded = Recorded(states={state.head.subject: state for state in states})
    found = list(compare(snapshot, recorded, is_rebuilding=is_rebuilding))
    shown = {(each.kind, each.subject, each.resource) for each in found}
    assert len(shown) == len(found)
    return shown


def test_what_is_as_it_is_recorded_is_no_finding() -> None:
    assert _found(_snapshot(), _GROUP, _SET, _ADA, _ACCOUNT) == set()


def test_whatever_is_recorded_and_not_there_is_missing_and_all_else_is_unmanaged() -> None:
    missing, unmanaged = DriftKind.MISSING, DriftKind.UNMANAGED
    empty: dict[str, Any] = {"members": {}, "assignments": frozenset()}
    assert _found(_snapshot(**empty), _GROUP, _SET, _ADA, _ACCOUNT) == {
        (missing, "person:e-1", "membership/engineers"),
        (missing, str(the_account()), "assignment/ViewOnly/engineers"),
    }
    assert _found(_snapshot()) == {
        (unmanaged, "permission-set:ViewOnly", "permission-set"),
        (unmanaged, "group:engineers", "group"),
        (unmanaged, "user:ada", "user"),
        (unmanaged, str(the_account()), "assignment/ViewOnly/engineers"),
    }


# What was not read


@pytest.mark.parametrize("section", list(Section)[:6])
def test_of_a_list_that_was_cut_off_no_absence_means_anything(section: Section) -> None:
    assert _snapshot().has_read(section, "x")
    assert not _snapshot(_pass(f"{section} x")).has_read(section, "x")
    assert _snapshot(_pass(f"{section} x")).has_read(section, "y")
    assert not _snapshot(_pass(f"{section} {FURTHER}")).has_read(section, "x")


@pytest.mark.parametrize(
    ("method", "decisive"),
    [
        (ReadMethod.BY_PRINCIPAL, {"assignments GROUP g-1"}),
        (ReadMethod.BY_ACCOUNT, {f"provisioned {ACCOUNT_ID}", f"assignments {ACCOUNT_ID}"}),
        (ReadMethod.BY_PERMISSION_SET, {"provisioned arn:set", f"assignments {ACCOUNT_ID}"}),
    ],
)
def test_an_assignment_is_missing_only_where_it_would_have_been_read(method: ReadMethod, decisive: set[str]) -> None:
    places = {"assignments GROUP g-1", "assignments USER g-1", "assignments GROUP g-2", "provisioned arn:other"}
    places |= {f"{section} {place}" for section in _OTHER_PLACES for place in (ACCOUNT_ID, "arn:set", "999999999999")}
    for place in places | decisive:
        snapshot = _snapshot(_pass(place, method=method), assignments=frozenset())
        assert snapshot.has_read_assignment(_KEY) is (place not in decisive), place
        assert bool(_found(snapshot, _GROUP, _SET, _ADA, _ACCOUNT)) is (place not in decisive), place


def test_a_group_and_a_user_of_one_id_are_two() -> None:
    of_user = replace(_KEY, principal_type=PrincipalType.USER)
    snapshot = _snapshot(users={}, members={})
    assert (snapshot.principal_exists(_KEY), snapshot.principal_exists(of_user)) == (True, False)


def test_nobody_is_an_orphan_while_groups_have_not_been_read() -> None:
    without: dict[str, Any] = {"groups": {}, "members": {}}
    states = (_GROUP, _SET, _ADA, _ACCOUNT)
    orphaned = (DriftKind.ORPHANED, str(the_account()), "assignment/ViewOnly/engineers")
    assert orphaned in _found(_snapshot(**without), *states)
    assert _found(_snapshot(_pass("groups "), **without), *states) == set()


# What is on its way


@pytest.mark.parametrize("doubt", [Action.CREATE, Action.DELETE])
def test_a_member_who_is_being_added_or_removed_is_no_finding_either_way(doubt: Action) -> None:
    ada = _state(the_person(), _itself(the_person(), "u-1", called="ada"), replace(_MEMBER, doubt=doubt))
    for members in (frozenset({"u-1"}), frozenset[str]()):
        assert _found(_snapshot(members={"g-1": members}), _GROUP, _SET, ada, _ACCOUNT) == set()


@pytest.mark.parametrize("name", ["engineers", "Engineers", "ENGINEERS"])
def test_what_is_being_made_is_not_somebody_else_s_however_it_is_written(name: str) -> None:
    group = _state(the_group("engineers"), _itself(the_group("engineers"), "", doubt=Action.CREATE))
    snapshot = _snapshot(groups={"g-9": {"name": name, "description": ""}}, members={}, assignments=frozenset())
    assert _found(snapshot, group, _SET, _state(the_person(), _itself(the_person(), "u-1", called="ada"))) == set()


def test_a_leaver_whose_removal_is_still_to_come_is_no_finding_in_a_group_of_ours() -> None:
    left = _state(the_person(), _itself(the_person(), "u-1", called="ada"), _MEMBER, fact=a_person(status=Status.ENDED))
    theirs = {"g-1": {"name": "engineers", "description": ""}, "g-2": {"name": "others", "description": ""}}
    members = {"g-1": frozenset({"u-1"}), "g-2": frozenset({"u-1"})}
    assert _found(_snapshot(groups=theirs, members=members), _GROUP, _SET, left, _ACCOUNT) == {
        (DriftKind.UNMANAGED, "group:others", "group"),
        (DriftKind.UNMANAGED, "person:e-1", "membership/others"),
    }


@pytest.mark.parametrize("state", list(AccountState))
def test_in_an_account_that_cannot_be_used_nothing_is_missing_but_for_a_recovery(state: AccountState) -> None:
    account = _state(the_account(), _ASSIGNED, fact=an_account(state=state))
    snapshot = _snapshot(assignments=frozenset())
    is_usable = state in (AccountState.ACTIVE, AccountState.PENDING_ACTIVATION)
    missing = {(DriftKind.MISSING, str(the_account()), "assignment/ViewOnly/engineers")}
    assert _found(snapshot, _GROUP, _SET, _ADA, account) == (missing if is_usable else set())
    assert _found(snapshot, _GROUP, _SET, _ADA, account, is_rebuilding=True) == missing


def _users(*external: bool) -> Iterable[SubjectState]:
    for number, is_external in enumerate(external, start=2):
        person = the_person(f"e-{number}")
        more: dict[str, Any] = {EXTERNAL: "yes"} if is_external else {}
        yield _state(person, _itself(person, f"u-{number}", called=f"user-{number}", **more))


@pytest.mark.parametrize(
    ("external", "named"),
    [((False, False), True), ((True, False), False), ((False, True), False), ((True, True), False)],
)
def test_with_an_identity_provider_a_user_whom_hr_does_not_know_is_everyday(
    external: tuple[bool, ...], *, named: bool
) -> None:
    """Whichever of the users on record was read last: some are older than the provider."""
    users = {"u-1": {"user_name": "ada"}, "u-2": {"user_name": "user-2"}, "u-3": {"user_name": "user-3"}}
    snapshot = _snapshot(users=users, members={})
    unmanaged = (DriftKind.UNMANAGED, "user:ada", str(Resource.parse("user")))
    assert (unmanaged in _found(snapshot, _GROUP, _SET, _ACCOUNT, *_users(*external))) is named
