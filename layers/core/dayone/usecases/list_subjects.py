"""List people, accounts, groups and permission sets, part by part."""

from dayone.domain.accounts import Account, AccountState
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import SubjectKind
from dayone.ports.records import KnownSubjects, Page
from dayone.usecases.read_access import Window

# Of a thousand accounts a rare state is found in a few requests, each of which takes a moment.
_MOST_PARTS = 10


def list_subjects(kind: SubjectKind, *, window: Window, known: KnownSubjects) -> Page[SubjectState]:
    """Part of all subjects of a kind, by name; raises Invalid for a cursor that is not one of this list."""
    return known.listed(kind, cursor=window.cursor, limit=window.limit)


def list_accounts(window: Window, *, state: AccountState | None, known: KnownSubjects) -> Page[SubjectState]:
    """Part of all accounts, or of those in a state; then a part may be short, or empty, and still have a cursor."""
    page = list_subjects(SubjectKind.ACCOUNT, window=window, known=known)
    if state is None:
        return page
    for _ in range(_MOST_PARTS):
        found = [one for one in page.entries if isinstance(one.head.fact, Account) and one.head.fact.state is state]
        if found or not page.cursor:
            return Page(found, page.cursor)
        page = known.listed(SubjectKind.ACCOUNT, cursor=page.cursor, limit=window.limit)
    return Page([], page.cursor)
