"""Report who has what, part by part: from what is remembered, by whichever way is the shortest to what is asked."""

from dataclasses import astuple
from datetime import timedelta

from dayone.contracts.report_cursors import place_in, written
from dayone.domain.holdings import Holding, Sought, member_in
from dayone.ports.records import Page
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_access import Window, read_account, read_group, read_permission_set, read_person
from dayone.usecases.walk_assignments import ThroughAccount, ThroughCompany, ThroughGroups, Walk, principals_of

# API Gateway waits 29 seconds, and an answer that comes late is none.
_TIME_TO_READ = timedelta(seconds=15)


def report_assignments(sought: Sought, *, window: Window, api: AccessApi) -> Page[Holding]:
    """What is remembered as confirmed; a part may be short, or empty, and still have a cursor.

    Without a person rows are of groups and of people who have something of their own; with one they are theirs, by
    whichever group. Raises NotFound for an unknown person, group or account, Invalid for a cursor that is none.
    """
    return walked(_walk(sought, api=api), question=f"managed {astuple(sought)}", window=window, api=api)


def walked(walk: Walk, *, question: str, window: Window, api: AccessApi) -> Page[Holding]:
    """Go on from the window's cursor until there are rows enough, or it takes too long."""
    until = api.clock() + _TIME_TO_READ
    place = place_in(window.cursor, question=question, parts=len(walk.start)) if window.cursor else walk.start
    rows: list[Holding] = []
    while True:
        step = walk.step(place, room=window.limit - len(rows))
        rows += step.rows
        if step.place is None:
            return Page(rows)
        place = step.place
        if len(rows) >= window.limit or api.clock() >= until:
            return Page(rows, written(place, question=question))


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
