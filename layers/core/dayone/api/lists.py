"""API responses with lists of people, accounts, groups and permission sets, from the recorded state."""

from datetime import date

from dayone.access.queries import PermissionSetThere, settlement_of
from dayone.api.responses import time_answer
from dayone.api.schemas import accounts as api_accounts
from dayone.api.schemas import lists as api_groups
from dayone.api.schemas import people as api_people
from dayone.model.accounts import Account
from dayone.model.operations import Action, Applied
from dayone.model.people import Person
from dayone.model.subject_state import Head, SubjectState, has_everything
from dayone.model.subjects import ITSELF
from dayone.ports.records import Page


def people_answer(page: Page[SubjectState]) -> api_people.PeopleAnswer:
    """Part of all people."""
    return {"people": [_person(state) for state in page.entries], "cursor": page.cursor}


def accounts_answer(page: Page[SubjectState]) -> api_accounts.AccountsAnswer:
    """Part of all accounts."""
    return {"accounts": [_account(state) for state in page.entries], "cursor": page.cursor}


def groups_answer(page: Page[SubjectState]) -> api_groups.GroupsAnswer:
    """Part of all groups."""
    return {"groups": [_group(state) for state in page.entries], "cursor": page.cursor}


def permission_sets_answer(page: Page[SubjectState]) -> api_groups.PermissionSetsAnswer:
    """Part of all permission sets."""
    return {"permission_sets": [_permission_set(state) for state in page.entries], "cursor": page.cursor}


def bootstrap_answer(head: Head) -> api_accounts.BootstrapAnswer | None:
    """Return the progress of an account towards its first complete set of assignments."""
    bootstrap = head.bootstrap
    if bootstrap is None:
        return None
    is_over = has_everything(bootstrap, progress=head.progress)
    state = "done" if is_over else "in-progress" if bootstrap.is_under_way else "waiting"
    return {"state": state, "change": bootstrap.change, "since": time_answer(bootstrap.since)}


def permission_set_there_answer(permission_set: PermissionSetThere) -> api_accounts.AccountPermissionSetAnswer:
    """Return the state of one permission set in an account."""
    return {
        "permission_set": permission_set.permission_set,
        "confirmed": permission_set.there,
        "pending": permission_set.pending,
        "held": permission_set.held,
        "failed": permission_set.failed,
        "failure": permission_set.failure,
        "progress": str(permission_set.settlement),
    }


# Stands for a person whose record is incomplete.
_UNDESCRIBED = Person(id="", user_name="", email="", given_name="", family_name="", display_name="", time_zone="")


def _person(state: SubjectState) -> api_people.PersonSummaryAnswer:
    head = state.head
    fact = head.fact if isinstance(head.fact, Person) else _UNDESCRIBED
    return {
        "id": head.subject.name,
        "display_name": fact.display_name,
        "user_name": fact.user_name,
        "email": fact.email,
        "given_name": fact.given_name,
        "family_name": fact.family_name,
        "department": fact.department,
        "title": fact.title,
        "team": fact.team,
        "cost_centre": fact.cost_centre,
        "location": fact.location,
        "employment": fact.employment,
        "manager": fact.manager,
        "status": str(fact.status) if fact is not _UNDESCRIBED else "",
        "start_date": _day(fact.start_date),
        "end_date": _day(fact.end_date),
        "leave_start": _day(fact.leave_start),
        "leave_end": _day(fact.leave_end),
        "time_zone": fact.time_zone,
        "has_user": _itself(state) is not None,
        "has_access": head.has_access,
        "progress": str(settlement_of(head)),
    }


def _account(state: SubjectState) -> api_accounts.AccountSummaryAnswer:
    head = state.head
    fact = head.fact if isinstance(head.fact, Account) else None
    return {
        "id": head.subject.name,
        "name": fact.name if fact else "",
        "state": str(fact.state) if fact else "",
        "ou_path": fact.ou_path if fact else "",
        "tags": dict(fact.tags) if fact else {},
        "is_management": fact.is_management if fact else False,
        "bootstrap": bootstrap_answer(head),
        "progress": str(settlement_of(head)),
    }


def _group(state: SubjectState) -> api_groups.GroupSummaryAnswer:
    there = _itself(state)
    return {
        "group": state.head.subject.name,
        "name": _attribute_of(there, "name"),
        "description": _attribute_of(there, "description"),
        "exists": there is not None,
        "progress": str(settlement_of(state.head)),
    }


def _permission_set(state: SubjectState) -> api_groups.PermissionSetSummaryAnswer:
    there = _itself(state)
    return {
        "permission_set": state.head.subject.name,
        "name": _attribute_of(there, "name"),
        "description": _attribute_of(there, "description"),
        "session_duration": _attribute_of(there, "session_duration"),
        "exists": there is not None,
        "progress": str(settlement_of(state.head)),
    }


def _itself(state: SubjectState) -> Applied | None:
    applied = state.applied.get(ITSELF[state.head.subject.kind])
    # What was begun and never confirmed is nobody's yet.
    return None if applied is None or applied.doubt is Action.CREATE else applied


def _attribute_of(there: Applied | None, attribute: str) -> str:
    return there.attributes.get(attribute, "") if there else ""


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
