"""Resolve one person from what all HR sources have said, now that one of them has sent a record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from dayone.domain.accounts import Account
from dayone.domain.commands import ApplyHrRecord
from dayone.domain.employments import PAST_END
from dayone.domain.hr_sources import BY_HAND, HrRules, OnCollision
from dayone.domain.people import Person, Status
from dayone.domain.subject_states import Head, Presence, Telling
from dayone.domain.tellings import attributes_of, candidates, lacking, overruled, person_of, tag_of, taken_in
from dayone.ports.state import Subjects
from dayone.usecases.resolve_fact import ResolvedFact, fact_entry, ignored

USER_NAME, _EMAIL = "user-name:", "email:"


@dataclass(frozen=True, kw_only=True)
class _Named:
    """What a person is called, what of that is theirs alone, and what could not be had; `refused` is a newcomer."""

    user_name: str = ""
    email: str = ""
    claims: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)
    refused: bool = False


def resolve_person(
    command: ApplyHrRecord, *, head: Head, rules: HrRules, subjects: Subjects, now: datetime
) -> ResolvedFact:
    """The person to plan with, audited; a record that is older than what its source said before is ignored."""
    telling = command.record
    if command.expected_version and tag_of(head.version) != command.expected_version:
        return ignored(command, "the record was changed in the meantime: read the person again", head=head, now=now)
    before = next((one for one in head.tellings if one.source == telling.source), None)
    if telling.presence is not Presence.PRESENT:
        if before is None:
            return ignored(command, "the source has never sent this person", head=head, now=now)
        # Whatever it says of them next, as of whenever, comes after they were found to be gone.
        telling = replace(telling, version=replace(telling.version, at=before.version.at))
    if before is not None and not telling.version.is_newer_than(before.version):
        return ignored(command, _not_newer(telling, before), head=head, now=now)
    tellings = taken_in(telling, known=head.tellings)
    attributes = attributes_of(tellings, rules=rules)
    named = _named(command.subject.name, attributes, head=head, rules=rules, subjects=subjects)
    missing = lacking(attributes, rules=rules, has_user_name=isinstance(head.fact, Person))
    waits = tuple(f"waits for the {name.replace('_', ' ')} from HR" for name in missing)
    notes = (*(waits or named.notes), *_notes(telling, before, attributes))
    is_person = not missing and not named.refused
    person, is_called = command.subject.name, {"user_name": named.user_name, "email": named.email}
    return ResolvedFact(
        fact=person_of(person, attributes, **is_called) if is_person else _ended(head.fact, attributes),
        version=telling.version,
        tellings=tellings,
        claims=named.claims if is_person else head.claims,
        notes=notes,
        audit=(fact_entry(command, outcome="recorded", detail=telling.version.digest, now=now),),
    )


def _ended(fact: Person | Account | None, attributes: Mapping[str, str]) -> Person | Account | None:
    """Who they were before, with the end: somebody of whom a name is missing leaves, too."""
    if not isinstance(fact, Person) or attributes.get("status") != Status.ENDED:
        return fact
    return replace(fact, status=Status.ENDED)


def _notes(telling: Telling, before: Telling | None, attributes: Mapping[str, str]) -> Iterator[str]:
    """What does not count, the flaws that were left aside, and what the source told once and tells no more."""
    if telling.source == BY_HAND and (names := overruled(telling, attributes)):
        yield f"values of an HR system take precedence over manual ones: {', '.join(names)}"
    yield from (f"left aside: {flaw}" for flaw in telling.flaws)
    past = telling.attributes.get(PAST_END, "")
    if past and attributes.get("end_date") != past:
        yield f"{telling.source} says that the person is here, so its old last day {past} does not count"
    is_whole = telling.source != BY_HAND and telling.presence is Presence.PRESENT and not telling.flaws
    silent = before.attributes.keys() - telling.attributes.keys() if before and is_whole else ()
    if silent and telling.attributes.get("status") != Status.ENDED:
        yield f"{telling.source} tells no more, so it stays as it was: {', '.join(sorted(silent))}"


def _not_newer(telling: Telling, before: Telling) -> str:
    if telling.version.digest == before.version.digest:
        return "the same record was received before"
    return f"stale: the record of {telling.source} is from {before.version.at.isoformat()}"


def _named(person: str, attributes: Mapping[str, str], *, head: Head, rules: HrRules, subjects: Subjects) -> _Named:
    now = head.fact if isinstance(head.fact, Person) else None
    mine = frozenset(head.claims)

    def is_free(claim: str) -> bool:
        return claim in mine or subjects.holder_of(claim) in ("", person)

    names = _user_names(person, attributes, now=now, rules=rules)
    user_name = next((one for one in names if is_free(USER_NAME + one.casefold())), "")
    email = attributes.get("email", "")
    has_email = not email or is_free(_EMAIL + email.casefold())
    notes = () if has_email else ("the e-mail address belongs to another person",)
    if not user_name:
        notes = (*notes, "the user name belongs to another person")
    if now is None and (not user_name or (not has_email and rules.emails is OnCollision.REFUSE)):
        return _Named(notes=notes, refused=True)
    user_name = user_name or (now.user_name if now else "")
    email = email if has_email else (now.email if now else "")
    # A name that was somebody's stays theirs: what they did under it is on record.
    kept = {one for one in mine if one.startswith(USER_NAME)} | {USER_NAME + user_name.casefold()}
    claims = kept | ({_EMAIL + email.casefold()} if email else set())
    return _Named(user_name=user_name, email=email, claims=tuple(sorted(claims)), notes=notes)


def _user_names(person: str, attributes: Mapping[str, str], *, now: Person | None, rules: HrRules) -> Iterator[str]:
    """The user names the person may have, the one they have first where it is still one of them."""
    told = attributes.get("user_name", "")
    if now is not None and not (told or rules.user_names.follows):
        yield now.user_name
        return
    possible = tuple(candidates(rules.user_names, {**attributes, "id": person}, person_id=person, told=told))
    if now is not None and any(one.casefold() == now.user_name.casefold() for one in possible[1:]):
        yield now.user_name
    yield from possible
