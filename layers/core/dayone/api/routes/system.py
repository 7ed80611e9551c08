"""Health, the caller, metrics, the check of the settings, what is stuck, dead letters, and recoveries."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone import RELEASE
from dayone.api.context import AccessApi
from dayone.api.params import caller_of, object_of, window_of, word_in, word_of
from dayone.api.responses import accepted_response, time_answer
from dayone.api.schemas.base import CallerAnswer, HealthAnswer
from dayone.api.schemas.inventory import REBUILD, RECOVERY, RecoveryAnswer, UnknownMemberAnswer
from dayone.api.schemas.system import (
    DEAD_LETTERS,
    HEALTH,
    ME,
    METRICS,
    REDRIVE,
    SETTINGS,
    STUCK,
    DeadLetterAnswer,
    DeadLettersAnswer,
    DurationsAnswer,
    MetricsAnswer,
    OperationCounts,
    RedrivenAnswer,
    SettingsAnswer,
    StuckAnswer,
    StuckSubjectsAnswer,
)
from dayone.api.spec import described
from dayone.model.audit import principal_of
from dayone.model.failures import LetterQueue, Stuck
from dayone.model.inventory import DriftFinding
from dayone.model.subjects import Resource
from dayone.ops import dead_letters
from dayone.ops.dead_letters import Redriven, Understood, read_dead_letters, read_stuck
from dayone.ops.health import Metrics, Spread, check_health, read_metrics
from dayone.ops.recovery import read_recovery, request_rebuilding
from dayone.setup import check
from dayone.setup.findings import FindingState


def health_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes for monitors."""

    @app.get("/v1/health")
    @described(HEALTH)
    def get_health() -> HealthAnswer:
        """Read the service's health, the policy in force, and whether operations are open."""
        seen = check_health(api)
        return {
            "release": RELEASE,
            "policy_version": seen.policy_version,
            "operations_open": seen.operations_open,
            "warnings": list(seen.warnings),
        }


def me_routes(app: APIGatewayRestResolver, _api: AccessApi) -> None:
    """Add the route."""

    @app.get("/v1/me")
    @described(ME)
    def get_caller() -> CallerAnswer:
        """Read who the caller is, and as which principal approvals count the caller."""
        actor = caller_of(app.current_event)
        return {"actor": actor, "principal": principal_of(actor)}


def metric_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route about the numbers of the last day."""

    @app.get("/v1/metrics")
    @described(METRICS)
    def get_metrics() -> MetricsAnswer:
        """Read metrics of the last 24 hours: changes, operations, provisioning times and dead letters."""
        found = read_metrics(ports=api)
        return {
            "since": time_answer(found.since),
            "until": time_answer(found.until),
            "complete": found.complete,
            "changes": {
                "total": sum(found.by_state.values()),
                "by_state": {str(state): number for state, number in found.by_state.items()},
                "by_cause": {str(kind): number for kind, number in found.by_cause.items()},
            },
            "operations": _operations(found),
            "provisioning_time": _spread(found.to_access),
            "deprovisioning_time": _spread(found.to_no_access),
            "dead_letters": [{"queue": str(queue), "messages": number} for queue, number in found.dead_letters.items()],
            "operations_open": found.operations_open,
        }


def _operations(found: Metrics) -> OperationCounts:
    counted = found.operations
    tried = counted.get("attempts", 0) - counted.get("succeeded", 0) - counted.get("failed", 0)
    return {
        "planned": counted.get("planned", 0),
        "succeeded": counted.get("succeeded", 0),
        "failed": counted.get("failed", 0),
        "superseded": counted.get("superseded", 0),
        "held": counted.get("held", 0),
        "removals": counted.get("removals", 0),
        # What was superseded, or found to be done already, may have had none at all.
        "retried": max(0, tried),
    }


def _spread(spread: Spread | None) -> DurationsAnswer | None:
    if spread is None:
        return None
    return {
        "changes": spread.changes,
        "p50": round(spread.p50, 3),
        "p95": round(spread.p95, 3),
        "max": round(spread.longest, 3),
    }


def settings_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route about the settings."""

    @app.get("/v1/settings/check")
    @described(SETTINGS)
    def check_settings() -> SettingsAnswer:
        """Check the AWS setup that Day One is deployed into, with a correction for each finding."""
        found = check.check_settings(
            api.overview.given,
            ports=api.overview.surroundings,
            source=lambda: api.policies.current().people.identity_source,
        )
        states = {finding.state for finding in found}
        worst = next(
            (literal for literal in (FindingState.WRONG, FindingState.WARNING) if literal in states), FindingState.OK
        )
        return {
            "state": str(worst),
            "findings": [
                {
                    "name": finding.name,
                    "state": str(finding.state),
                    "message": finding.message,
                    "remediation": finding.do,
                    "snippet": finding.paste,
                }
                for finding in found
            ],
        }


def stuck_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route about what is stuck."""

    @app.get("/v1/stuck")
    @described(STUCK)
    def list_stuck_subjects() -> StuckSubjectsAnswer:
        """List what is stuck: the subject, since when, why, and the change that waits for it."""
        found = read_stuck(ports=api)
        return {
            "stuck": [stuck_answer(stuck) for stuck in found.stuck],
            "complete": found.complete,
        }


def stuck_answer(stuck: Stuck) -> StuckAnswer:
    """Something that is stuck."""
    return {
        "kind": str(stuck.kind),
        "subject": stuck.subject,
        "since": time_answer(stuck.since),
        "reason": stuck.reason,
        "change": stuck.change,
    }


def dead_letter_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about dead letters."""

    @app.get("/v1/dead-letters")
    @described(DEAD_LETTERS)
    def list_dead_letters() -> DeadLettersAnswer:
        """List dead letters (messages that failed permanently) and the reasons, without removing them."""
        event = app.current_event
        queue, limit = word_of(event, "queue", LetterQueue), window_of(event).limit
        found = read_dead_letters(queue, limit=limit, queues=api.overview.dead_letters)
        return {
            "dead_letters": [_letter(message) for message in found.letters],
            "queues": [{"queue": str(queue), "messages": number} for queue, number in found.counts.items()],
            "cursor": "",
        }

    @app.post("/v1/dead-letters/redrive")
    @described(REDRIVE)
    def redrive_dead_letters() -> Response[str]:
        """Plan the subjects of dead letters again from current facts, and delete the letters."""
        event = app.current_event
        value = object_of(event, members={"queue"}, what='`{"queue": "inbox"}`, or nothing,')
        queue = word_in(str(value["queue"]), name="queue", words=LetterQueue) if value else None
        done = dead_letters.redrive_dead_letters(queue, actor=caller_of(event), ports=api)
        answer = _redriven(done)
        headers = {"Location": answer["href"]}
        return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)


def _letter(message: Understood) -> DeadLetterAnswer:
    return {
        "queue": str(message.letter.queue),
        "id": message.letter.id,
        "subject": message.subject,
        "change": message.command.cause.change if message.command else "",
        "receive_count": message.letter.received,
        "sent_at": time_answer(message.letter.sent_at),
        "reason": message.reason,
    }


def _redriven(done: Redriven) -> RedrivenAnswer:
    return {
        "replanned": done.planned_again,
        "dropped": done.dropped,
        "unreadable": done.stays,
        "changes": list(done.changes),
        "href": f"/v1/changes/{done.changes[0]}" if len(done.changes) == 1 else "/v1/changes",
    }


def recovery_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about a recovery."""

    @app.get("/v1/recovery")
    @described(RECOVERY)
    def get_recovery() -> RecoveryAnswer:
        """Read whether the record of the state table is being recovered, and what it lacks."""
        report = read_recovery(ports=api)
        recovery, complete = report.recovery, report.inventory
        return {
            "is_open": recovery is not None,
            "since": time_answer(recovery.since) if recovery and recovery.since else None,
            "as_of": time_answer(complete.finished_at) if complete and complete.finished_at else None,
            "differences": {str(kind): number for kind, number in report.differences.items()},
            "unknown": [_unknown_answer(finding) for finding in report.unknown],
            "change": recovery.requested.change if recovery and recovery.requested else "",
        }

    @app.post("/v1/recovery")
    @described(REBUILD)
    def recover_record() -> Response[str]:
        """Record once more what AWS has, after the table was lost or replaced by a copy, and end the recovery."""
        cause = request_rebuilding(actor=caller_of(app.current_event), ports=api)
        return accepted_response(cause.change)


def _unknown_answer(finding: DriftFinding) -> UnknownMemberAnswer:
    difference = finding.difference
    return {"finding": finding.id, "user": difference.subject, "group": Resource.parse(difference.resource).name}
