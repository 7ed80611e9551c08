"""Report who has what, part by part: from what is remembered, by whichever way is the shortest to what is asked."""

from dataclasses import astuple

from dayone.domain.holdings import Holding, Sought, member_in
from dayone.ports.records import Page
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_access import Window, read_account, read_group, read_permission_set, read_person
from dayone.usecases.walk import Walk, walked
from dayone.usecases.walk_assignments import ThroughAccount, ThroughCompany, ThroughGroups, principals_of


def report_assignments(sought: Sought, *, window: Window, api: AccessApi) -> Page[Holding]:
    """What is remembered as confirmed; a part may be short, or empty, and still have a cursor.

    Without a person rows are of groups and of people who have something of their own; with one they are theirs, by
    whichever group. Raises NotFound for an unknown person, group or account, Invalid for a cursor that is none.
    """
    return walked(_walk(sought, api=api), question=f"managed {astuple(sought)}", window=window, api=api)


def _walk(sought: Sought, *, api: AccessApi) -> Walk:
    if sought.permission_set:
        # A slip in a name must not read as if nobody had anything.
        read_permission_set(sought.permission_set, records=api.records)
    member = member_in(read_person(sought.person, records=api.records)) if sought.person else None
    if sought.account:
        account = read_account(sought.account, records=api.records)
        return ThroughAccount(account=account, sought=sought, member=member)
    if member:
        principals = principals_of(member, sought=sought)
    elif sought.group:
        principals = [read_group(sought.group, known=api.known).head.subject.name]
    else:
        return ThroughCompany(company=api.company, records=api.records, sought=sought)
    return ThroughGroups(principals=principals, records=api.records, known=api.known, sought=sought, member=member)
