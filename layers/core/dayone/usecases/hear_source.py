"""Carry out what concerns an HR source as a whole: ask it for a record, or take in everybody it knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dayone.domain.hr_sources import BY_HAND
from dayone.domain.requests import PlanRequest
from dayone.ports.hr import HrRecords, HrSources, Rosters, WaitingHints
from dayone.ports.state import Changes, Inbox
from dayone.usecases.fetch_record import FetchRecord, Pace, fetch_record
from dayone.usecases.import_workforce import ImportWorkforce, import_workforce
from dayone.usecases.tell_by_hand import tell_by_hand


@dataclass(frozen=True, kw_only=True)
class HrIntake:
    """What planning needs of HR systems; `pace` belongs to the process."""

    sources: HrSources
    records: HrRecords
    waiting: WaitingHints
    rosters: Rosters
    pace: Pace
    sleep: Callable[[float], None]
    time_to_import: timedelta = timedelta(seconds=10)


def hear_source(
    request: PlanRequest, *, hr: HrIntake, changes: Changes, inbox: Inbox, clock: Callable[[], datetime]
) -> str:
    """Returns what came of it in words; the same request again is harmless."""
    if request.subject.name == BY_HAND:
        return tell_by_hand(request, changes=changes, inbox=inbox)
    if request.hint is not None:
        asking = FetchRecord(
            sources=hr.sources,
            records=hr.records,
            waiting=hr.waiting,
            inbox=inbox,
            pace=hr.pace,
            clock=clock,
            sleep=hr.sleep,
        )
        return fetch_record(request, request.hint, ports=asking)
    importing = ImportWorkforce(
        sources=hr.sources,
        rosters=hr.rosters,
        changes=changes,
        inbox=inbox,
        clock=clock,
        time_to_run=hr.time_to_import,
    )
    return import_workforce(request, ports=importing)
