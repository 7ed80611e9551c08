"""Find people and accounts as people ask for them: by an id, a user name, an e-mail address or a name."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from dayone.errors import Malformed
from dayone.lookups import Window, name_in
from dayone.model.accounts import Account
from dayone.model.people import EMAIL, USER_NAME, Person
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.records import Page, SubjectIndex

# No id of a person has any other character, so what has one is looked for by name: that reads everybody.
_PERSON_ID = re.compile(r"[A-Za-z0-9._@+-]{1,128}")
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_PAGE = 500
_MOST_NAMED = 20


class FindPorts(Protocol):
    """Finding people and accounts: what it needs of the API's context."""

    index: SubjectIndex


def is_person_id(text: str) -> bool:
    """Return whether a text can be the id of a person; nothing is looked up."""
    return bool(_PERSON_ID.fullmatch(text))


def find_person(text: str, *, ports: FindPorts) -> str:
    """Return the id of the person with this id, user name, e-mail address or, if it has a space, full name.

    Returns the text itself when there is nobody; raises Malformed, with all of them, when there are several.
    """
    index = ports.index
    if not is_person_id(text):
        found = [state for state in _everyone(SubjectKind.PERSON, index=index) if text.casefold() in _names_of(state)]
    elif index.brief([Subject(SubjectKind.PERSON, text)]):
        return text
    else:
        holders = {index.holder_of(f"{claim}{text.casefold()}") for claim in (USER_NAME, EMAIL)} - {""}
        found = [*index.brief(Subject(SubjectKind.PERSON, name) for name in sorted(holders)).values()]
    return _only(found, text=text, what="people")


def find_account(text: str, *, ports: FindPorts) -> str:
    """Return the id of the account with this id or name; raise Malformed, with all of them, when there are several.

    Returns the text itself when there is none.
    """
    if _ACCOUNT_ID.fullmatch(text):
        return text
    accounts = _everyone(SubjectKind.ACCOUNT, index=ports.index)
    found = [state for state in accounts if name_in(state.head).casefold() == text.casefold()]
    return _only(found, text=text, what="accounts")


def find_subject(subject: Subject, *, ports: FindPorts) -> Subject:
    """Return the subject with the id of the person or account that it names in another way."""
    match subject.kind:
        case SubjectKind.PERSON:
            return Subject(subject.kind, find_person(subject.name, ports=ports))
        case SubjectKind.ACCOUNT:
            return Subject(subject.kind, find_account(subject.name, ports=ports))
        case _:
            return subject


def find_subjects(subjects: Iterable[Subject], *, ports: FindPorts) -> tuple[Subject, ...]:
    """Return the subjects as `find_subject` does, each once; those named by their ids are looked up together."""
    named = tuple(dict.fromkeys(subjects))
    recorded = ports.index.brief(named)
    found = (subject if subject in recorded else find_subject(subject, ports=ports) for subject in named)
    return tuple(dict.fromkeys(found))


def search_subjects(
    kind: SubjectKind, *, window: Window, index: SubjectIndex, matches: Callable[[SubjectState], bool]
) -> Page[SubjectState]:
    """Part of all subjects of a kind that match; it may be short, or empty, and still have a cursor."""
    page = index.listed(kind, cursor=window.cursor, limit=window.limit)
    for _ in range(_MOST_PARTS):
        found = [state for state in page.entries if matches(state)]
        if found or not page.cursor:
            return Page(found, page.cursor)
        page = index.listed(kind, cursor=page.cursor, limit=window.limit)
    return Page([], page.cursor)


# Of a thousand subjects a rare one is found in a few requests, each of which takes a moment.
_MOST_PARTS = 10


def has_text(state: SubjectState, text: str) -> bool:
    """Return whether the id, a name or an address of a person or an account has this text in it, in either case."""
    fact = state.head.fact
    texts = [state.head.subject.name, name_in(state.head)]
    if isinstance(fact, Person):
        texts += [fact.user_name, fact.email, f"{fact.given_name} {fact.family_name}"]
    if isinstance(fact, Account):
        texts.append(fact.email)
    return any(text.casefold() in each.casefold() for each in texts)


def _everyone(kind: SubjectKind, *, index: SubjectIndex) -> Iterator[SubjectState]:
    cursor = ""
    while True:
        page = index.listed(kind, cursor=cursor, limit=_PAGE)
        yield from page.entries
        if not (cursor := page.cursor):
            return


def _names_of(state: SubjectState) -> set[str]:
    fact = state.head.fact
    own = f"{fact.given_name} {fact.family_name}" if isinstance(fact, Person) else ""
    return {name.strip().casefold() for name in (own, name_in(state.head))} - {""}


def _only(found: list[SubjectState], *, text: str, what: str) -> str:
    if len(found) > 1:
        findings = tuple(f"{state.head.subject.name}: {_described(state)}" for state in found[:_MOST_NAMED])
        raise Malformed(f"there are {len(found)} {what} called {text}: name one by the id", findings=findings)
    return found[0].head.subject.name if found else text


def _described(state: SubjectState) -> str:
    fact = state.head.fact
    more = fact.email if isinstance(fact, Person) else fact.ou_path if isinstance(fact, Account) else ""
    return ", ".join(filter(None, (name_in(state.head), more)))
