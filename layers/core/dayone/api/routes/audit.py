"""Audit log and its verification: /v1/audit."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.api.context import AccessApi
from dayone.api.params import Event, moment_of, query_text, required_of, window_of
from dayone.api.responses import reasons_answer, time_answer
from dayone.api.schemas.audit import (
    AUDIT,
    ENDS,
    VERIFY,
    AuditAnswer,
    AuditEntryAnswer,
    ChainBreakAnswer,
    EndsAnswer,
    LaneAnswer,
    VerifiedAnswer,
)
from dayone.api.spec import described
from dayone.errors import Malformed
from dayone.model.audit import AuditFilter, AuditRecord, LaneEnd
from dayone.ops.audit_rules import RuleBroken
from dayone.ops.audit_verification import LaneVerified, verify_audit
from dayone.ops.checkpoints import compare_ends

_USUALLY = timedelta(days=31)
# An entry's time is its function's, whose clock may be ahead of ours.
_AHEAD = timedelta(minutes=1)
_END = re.compile(r"([a-z0-9-]{1,32}):([1-9][0-9]{0,11}):([0-9]{4}-[0-9]{2}-[0-9]{2}):([0-9a-f]{64})")
_MOST_ENDS = 10


def audit_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about the audit log."""

    @app.get("/v1/audit")
    @described(AUDIT)
    def list_audit_entries() -> AuditAnswer:
        """List audit log entries, newest first; those of the last 31 days without `since`."""
        event = app.current_event
        window, query = window_of(event), _filter_of(event, api)
        page = api.overview.audit_log.entries(query, cursor=window.cursor, limit=window.limit)
        return {"entries": [_entry(record) for record in page.entries], "cursor": page.cursor}

    @app.get("/v1/audit/verify")
    @described(VERIFY)
    def verify_audit_log() -> VerifiedAnswer:
        """Verify the audit log of a day: its hash chain, and the rules of the executor."""
        event = app.current_event
        day = _day_of(event, today=(today := api.clock().astimezone(UTC).date()))
        found = verify_audit(day, today=today, cursor=query_text(event, "cursor"), log=api.overview.audit_log)
        lanes = [_lane(lane) for lane in found.lanes]
        return {
            "day": day.isoformat(),
            "entries": sum(record["entries"] for record in lanes),
            "erased": sum(record["erased"] for record in lanes),
            "first_break": next((record["first_break"] for record in lanes if record["first_break"]), None),
            "first_violation": _violation(found.violation),
            "lanes": lanes,
            "cursor": found.cursor,
        }

    _ends_routes(app, api)


def _ends_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.get("/v1/audit/ends")
    @described(ENDS)
    def compare_audit_ends() -> EndsAnswer:
        """Compare lane ends that were kept elsewhere with the audit log."""
        compared = compare_ends(list(_ends_of(app.current_event)), log=api.overview.audit_log)
        broken = next((end_compared for end_compared in compared if end_compared.message), None)
        first_break: ChainBreakAnswer | None = None
        if broken:
            first_break = {"lane": broken.lane, "number": broken.end.number, "message": broken.message}
        return {"compared": len(compared), "first_break": first_break}


def _ends_of(event: Event) -> Iterator[tuple[str, LaneEnd]]:
    texts = required_of(event, "ends", example="operations:4711:2026-11-23:HASH").split(",")
    if len(texts) > _MOST_ENDS:
        raise Malformed(f"`ends` has {len(texts)} ends, and at most {_MOST_ENDS} are compared at once")
    for text in texts:
        end = _END.fullmatch(text)
        try:
            day = date.fromisoformat(end[3] if end else "")
        except ValueError as error:
            raise Malformed("`ends` must be ends of lanes such as operations:4711:2026-11-23:HASH") from error
        if end:
            yield end[1], LaneEnd(number=int(end[2]), day=day.isoformat(), hash=end[4])


def _filter_of(event: Event, api: AccessApi) -> AuditFilter:
    until = moment_of(event, "until") or (api.clock() + _AHEAD)
    since = moment_of(event, "since") or datetime.combine(until - _USUALLY, time(), tzinfo=UTC)
    if since >= until:
        raise Malformed("`since` must be before `until`")
    return AuditFilter(since=since, until=until, subject=query_text(event, "subject"), actor=query_text(event, "actor"))


def _day_of(event: Event, *, today: date) -> date:
    text = required_of(event, "day", example="2026-11-23")
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise Malformed("`day` must be a date such as 2026-11-23") from error
    if day > today:
        raise Malformed(f"`day` is in the future: nothing is recorded yet, and today is {today} in UTC")
    return day


def _entry(record: AuditRecord) -> AuditEntryAnswer:
    entry = record.entry
    return {
        "at": time_answer(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "change": entry.change,
        "outcome": entry.outcome,
        "operation": entry.operation,
        "reasons": reasons_answer(entry.reasons),
        "request_id": entry.request_id,
        "detail": entry.detail,
        "lane": record.lane,
        "number": record.number,
        "hash": record.hash,
        "erased": record.forgotten,
    }


def _violation(broken: RuleBroken | None) -> ChainBreakAnswer | None:
    return {"lane": broken.lane, "number": broken.number, "message": broken.message} if broken else None


def _lane(lane: LaneVerified) -> LaneAnswer:
    broken: ChainBreakAnswer | None = None
    if lane.broken:
        broken = {"lane": lane.lane, "number": lane.broken.number, "message": lane.broken.message}
    return {"lane": lane.lane, "entries": lane.entries, "erased": lane.forgotten, "first_break": broken}
