"""The inventory of Identity Center, and what differs from the record: /v1/inventory and /v1/drift."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from dayone.access.find import find_subject
from dayone.adoption.drift import describe_finding
from dayone.api.context import AccessApi
from dayone.api.params import Event, caller_of, object_of, query_text, required_of, window_of, word_of
from dayone.api.responses import accepted_response, names_answer, time_answer, time_or_none
from dayone.api.schemas.drift import (
    DRIFT,
    DRIFT_POLICY,
    FINDING,
    IGNORE,
    PAUSE,
    RECONCILE,
    REPAIR,
    RESUME,
    DriftAnswer,
    DriftFindingAnswer,
    DriftPolicyAnswer,
    ForeignEditAnswer,
    IgnoredFindingAnswer,
    RepairAnswer,
)
from dayone.api.schemas.inventory import (
    INVENTORY,
    RESOURCES,
    InventoryAnswer,
    PassAnswer,
    ReadMethodAnswer,
    ReadResourceAnswer,
    ReadResourcesAnswer,
)
from dayone.api.spec import described
from dayone.errors import Malformed
from dayone.inventory.decisions import ignore_finding, pause_repairs, repair_finding, request_reconciliation
from dayone.inventory.read_plan import duration_of, unseen_by
from dayone.inventory.repairs import RepairRules, repair_rules, repair_status
from dayone.inventory.service import ReadResource, drift_counts, read_finding, read_resources
from dayone.lookups import complete_pass
from dayone.model.inventory import (
    OF_RESOURCES,
    DriftFinding,
    DriftKind,
    ForeignEdit,
    Ignored,
    Pass,
    ReadCost,
    ReadMethod,
    RepairPause,
    RepairStatus,
    Section,
)
from dayone.model.subjects import Subject, moment_in
from dayone.ports.inventory import InventoryView


def inventory_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about the inventory."""

    @app.get("/v1/inventory")
    @described(INVENTORY)
    def get_inventory() -> InventoryAnswer:
        """Read how far the inventory of Identity Center has come, what it costs, and how much differs."""
        current, findings = api.inventory.current(), api.inventory.findings()
        return {
            "as_of": _as_of(api.inventory),
            "events_at": time_or_none(api.inventory.events_at()),
            "current": _pass_answer(current) if current else None,
            "drift": {str(kind): number for kind, number in drift_counts(findings).items()},
            "baseline": sum(finding.is_baseline for finding in findings),
        }

    @app.get("/v1/inventory/resources")
    @described(RESOURCES)
    def list_read_resources() -> ReadResourcesAnswer:
        """List what the last complete inventory has read in Identity Center, one kind of resources at a time."""
        event = app.current_event
        section = _section_of(event)
        complete = complete_pass(query_text(event, "inventory"), inventory=api.inventory, now=api.clock())
        page = read_resources(complete, section, cursor=query_text(event, "cursor"), inventory=api.inventory)
        return {
            "inventory": complete.id,
            "as_of": time_answer(complete.finished_at or complete.began_at),
            "resources": [_resource_answer(resource) for resource in page.entries],
            "cursor": page.cursor,
        }


def _section_of(event: Event) -> Section:
    text = required_of(event, "section", example=str(Section.GROUPS))
    section = next((section for section in OF_RESOURCES if section.casefold() == text.casefold()), None)
    if section is None:
        raise Malformed(f"`section` is {text!r}, but must be one of {', '.join(OF_RESOURCES)}")
    return section


def _resource_answer(read: ReadResource) -> ReadResourceAnswer:
    return {"resource": str(read.resource), "attributes": dict(read.attributes), "ids": dict(read.ids)}


def drift_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about what differs."""

    @app.get("/v1/drift")
    @described(DRIFT)
    def list_drift() -> DriftAnswer:
        """List what Identity Center has otherwise than recorded, as of the last inventory."""
        return _drift_answer(app.current_event, api=api)

    @app.get("/v1/drift/<finding>")
    @described(FINDING)
    def get_finding(finding: str) -> DriftFindingAnswer:
        """Read one difference between Identity Center and the record."""
        return _finding_answer(read_finding(unquote(finding), inventory=api.inventory), rules=_rules(api))

    @app.get("/v1/drift/<finding>/policy")
    @described(DRIFT_POLICY)
    def get_drift_policy(finding: str) -> DriftPolicyAnswer:
        """Read the lines to merge into the policy, by which a difference is what the policy asks for."""
        found = describe_finding(unquote(finding), ports=api)
        return {"policy": found.policy, "obstacles": list(found.obstacles)}

    _decision_routes(app, api)


def _drift_answer(event: Event, *, api: AccessApi) -> DriftAnswer:
    kind, subject, window = word_of(event, "kind", DriftKind), query_text(event, "subject"), window_of(event)
    page, rules = api.inventory.listed(cursor=window.cursor, limit=window.limit), _rules(api)
    found = [each for each in _of_kind(page.entries, kind) if subject in ("", each.difference.subject)]
    return {
        "as_of": _as_of(api.inventory),
        "events_at": time_or_none(api.inventory.events_at()),
        "paused": _decision_answer(rules.pause) if rules.pause else None,
        "drift": [_finding_answer(finding, rules=rules) for finding in found],
        "names": names_answer(_known(finding.difference.subject for finding in found), index=api.index),
        "cursor": page.cursor,
    }


def _known(subjects: Iterable[str]) -> Iterator[Subject]:
    """Yield those that Day One knows by an id; others have the names of Identity Center."""
    for text in subjects:
        with suppress(ValueError):
            yield Subject.parse(text)


def _of_kind(findings: Iterable[DriftFinding], kind: DriftKind | None) -> Iterator[DriftFinding]:
    return (finding for finding in findings if not kind or finding.difference.kind is kind)


def _decision_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.post("/v1/drift/<finding>/repair")
    @described(REPAIR)
    def repair_drift(finding: str) -> Response[str]:
        """Repair a difference: create or update once more, or remove what others have given if the policy says so."""
        cause = repair_finding(unquote(finding), actor=caller_of(app.current_event), ports=api)
        return accepted_response(cause.change)

    @app.post("/v1/drift/<finding>/ignore")
    @described(IGNORE)
    def ignore_drift(finding: str) -> Response[str]:
        """Keep a difference as it is until a date, with a reason: it is listed, and no warning."""
        until, reason = _until_in(app.current_event)
        name, actor = unquote(finding), caller_of(app.current_event)
        cause = ignore_finding(name, until=until, reason=reason, actor=actor, ports=api)
        return accepted_response(cause.change)

    _pause_routes(app, api)


def _pause_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.post("/v1/drift/pause")
    @described(PAUSE)
    def pause_drift_repairs() -> Response[str]:
        """Pause repairs without a request until a date; a request for one finding is carried out."""
        until, reason = _until_in(app.current_event)
        cause = pause_repairs(until, reason=reason, actor=caller_of(app.current_event), ports=api)
        return accepted_response(cause.change)

    @app.post("/v1/drift/resume")
    @described(RESUME)
    def resume_drift_repairs() -> Response[str]:
        """End a pause of repairs at once."""
        cause = pause_repairs(None, reason="", actor=caller_of(app.current_event), ports=api)
        return accepted_response(cause.change)

    @app.post("/v1/drift/reconcile")
    @described(RECONCILE)
    def reconcile_subject() -> Response[str]:
        """Plan a subject again, and read in Identity Center what it has: what differs is drift a minute later."""
        event = app.current_event
        text = str(object_of(event, members={"subject"}, what=_SUBJECT).get("subject", ""))
        try:
            subject = find_subject(Subject.parse(text), ports=api)
        except ValueError as error:
            raise Malformed(f"the body names no subject: send {_SUBJECT}") from error
        return accepted_response(request_reconciliation(subject, actor=caller_of(event), ports=api).change)


_SUBJECT = '`{"subject": "group:engineers"}`'


def _until_in(event: Event) -> tuple[datetime, str]:
    value = object_of(event, members={"until", "reason"}, what=_WHAT)
    until, reason = moment_in(value.get("until")), value.get("reason")
    if until is None or until.tzinfo is None or not isinstance(reason, str):
        raise Malformed(f"the body does not have the expected form: send {_WHAT}")
    return until.astimezone(UTC), reason


def _rules(api: AccessApi) -> RepairRules:
    repairs, pause, now = api.inventory.repairs(), api.inventory.pause(), api.clock()
    policy, is_recovering = api.policies.current(), api.fence.recovery() is not None
    return repair_rules(repairs, policy=policy, pause=pause, is_recovering=is_recovering, now=now)


_WHAT = '`{"until": "2026-12-31T00:00:00Z", "reason": "a contractor, until the end of the year"}`'


def _as_of(inventory: InventoryView) -> str | None:
    complete = inventory.complete()
    return time_answer(complete.finished_at) if complete and complete.finished_at else None


def _pass_answer(current: Pass) -> PassAnswer:
    is_delegated = ReadMethod.BY_PRINCIPAL not in {cost.method for cost in current.costs}
    return {
        "id": current.id,
        "began_at": time_answer(current.began_at),
        "finished_at": time_or_none(current.finished_at),
        "section": str(current.section),
        "method": str(current.method),
        "methods": [_method_answer(cost) for cost in current.costs],
        "unseen": list(unseen_by(current.method, is_delegated=is_delegated)),
        "calls": current.calls,
        "differences": current.differences,
        "unread": [{"part": part, "reason": reason} for part, reason in current.unread.items()],
    }


def _method_answer(cost: ReadCost) -> ReadMethodAnswer:
    return {
        "method": str(cost.method),
        "calls": cost.calls,
        "sso_calls": cost.sso_calls,
        "directory_calls": cost.directory_calls,
        "minutes": round(duration_of(cost).total_seconds() / 60, 1),
    }


def _decision_answer(decided: Ignored | RepairPause) -> IgnoredFindingAnswer:
    return {
        "until": time_answer(decided.until),
        "reason": decided.reason,
        "actor": decided.actor,
        "at": time_answer(decided.at),
    }


def _repair_answer(status: RepairStatus) -> RepairAnswer:
    return {
        "state": str(status.state),
        "reason": status.reason,
        "change": status.change,
        "until": time_or_none(status.until),
    }


def _edit_answer(edit: ForeignEdit) -> ForeignEditAnswer:
    return {"actor": edit.actor, "action": edit.action, "at": time_answer(edit.at), "event": edit.event}


def _finding_answer(finding: DriftFinding, *, rules: RepairRules) -> DriftFindingAnswer:
    difference, repair = finding.difference, repair_status(finding, rules=rules)
    return {
        "id": finding.id,
        "kind": str(difference.kind),
        "subject": difference.subject,
        "resource": difference.resource,
        "changes": [
            {"attribute": change.attribute, "recorded": change.recorded, "actual": change.actual}
            for change in difference.changes
        ],
        "accounts": list(difference.accounts),
        "ids": dict(difference.ids),
        "baseline": finding.is_baseline,
        "edit": _edit_answer(finding.edit) if finding.edit else None,
        "ignored": _decision_answer(finding.ignored) if finding.ignored else None,
        "repair": _repair_answer(repair) if repair else None,
        "first_seen_at": time_answer(finding.first_seen_at),
        "seen_at": time_answer(finding.seen_at),
    }
