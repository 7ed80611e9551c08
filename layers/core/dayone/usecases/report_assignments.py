"""Report who has what, part by part: from what is remembered, by whichever way is the shortest to what is asked."""

from dataclasses import astuple
from typing import Protocol

from dayone.domain.holdings import Holding, Sought, member_in
from dayone.ports.clock import Clock
from dayone.ports.company import Company
from dayone.ports.records import KnownSubjects, Page, Records
from dayone.usecases.read_access import Window, read_account, read_group, read_permission_set, read_person
from dayone.usecases.walk import Walk, walked
from dayone.usecases.walk_assignments import ThroughAccount, ThroughCompany, ThroughGroups, principals_of


class ReportPorts(Protocol):
    """Reporting assignments: what it needs of the API's context."""

    records: Records
    known: KnownSubjects
    company: Company
    clock: Clock


def report_assignments(sought: Sought, *, window: Window, ports: ReportPorts) -> Page[Holding]:
    """What is remembered as confirmed; a part may be short, or empty, and still have a cursor.

    Without a person rows are of groups and of people who have something of their own; with one they are theirs, by
    whichever group. Raises NotFound for an unknown person, group or account, Invalid for a cursor that is none.
    """
    return walked(_walk(sought, ports=ports), question=f"managed {astuple(sought)}", window=window, ports=ports)


def _walk(sought: Sought, *, ports: ReportPorts) -> Walk:
    if sought.permission_set:
        # A slip in a name must not read as if nobody had anything.
        read_permission_set(sought.permission_set, records=ports.records)
    member = member_in(read_person(sought.person, records=ports.records)) if sought.person else None
    if sought.account:
        account = read_account(sought.account, records=ports.records)
        return ThroughAccount(account=account, sought=sought, member=member)
    if member:
        principals = principals_of(member, sought=sought)
    elif sought.group:
        principals = [read_group(sought.group, known=ports.known).head.subject.name]
    else:
        return ThroughCompany(company=ports.company, records=ports.records, sought=sought)
    return ThroughGroups(principals=principals, records=ports.records, known=ports.known, sought=sought, member=member)
