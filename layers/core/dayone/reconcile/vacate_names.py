"""Have somebody who has left give up their user name and e-mail address, which are needed for somebody else."""

from dataclasses import replace
from datetime import datetime

from dayone.model.changes import Cause, ulid_of
from dayone.model.commands import Command, ReconcileSubject
from dayone.model.people import Person
from dayone.model.subject_state import Head
from dayone.model.subjects import Subject, SubjectKind
from dayone.planning.facts import ResolvedFact, fact_entry, recorded_fact
from dayone.planning.former_names import Vacancy, vacancy, vacated_name
from dayone.reconcile.subject import Reconciliation, reconcile_subject


def vacate_names(person: str, *, cause: Cause, ports: Reconciliation) -> Vacancy:
    """Plan a leaver without their names, as a change of its own; return whether that was possible.

    Another person gets the name in AWS only after their user is renamed or deleted there. Repetition is harmless.
    """
    subject = Subject(SubjectKind.PERSON, person)
    policy, now, name = ports.policies.current(), ports.clock(), f"user-name:{vacated_name(person).casefold()}"
    found = vacancy(ports.subjects.load(subject), policy=policy, now=now)
    if found is not Vacancy.FREE or ports.subjects.claimed(name).holder not in ("", person):
        return Vacancy.NOT_YET if found is Vacancy.NOT_YET else Vacancy.KEPT

    def without_names(command: Command, head: Head, now: datetime) -> ResolvedFact:
        # They may have come back since.
        is_free = vacancy(ports.subjects.load(subject), policy=policy, now=now) is Vacancy.FREE
        if not is_free or not isinstance(head.fact, Person):
            return recorded_fact(head)
        return ResolvedFact(
            fact=replace(head.fact, user_name=vacated_name(person), email=""),
            version=head.version,
            source_records=head.source_records,
            claims=(name,),
            former_holders=head.former_holders,
            notes=("gives up the user name and the e-mail address, which are needed for somebody who is here",),
            audit=(fact_entry(command, outcome="recorded", detail="names given up", now=now),),
        )

    theirs = replace(cause, change=ulid_of(cause.at, name=f"names of {subject} {cause.change}"))
    reconcile_subject(ReconcileSubject(subject=subject, cause=theirs), resolve=without_names, ports=ports)
    return Vacancy.FREE
