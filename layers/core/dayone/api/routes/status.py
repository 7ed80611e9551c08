"""The status: everything that needs a human, at GET /v1/status."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone import RELEASE
from dayone.access.held_words import who_decides
from dayone.api.context import AccessApi
from dayone.api.responses import time_answer, time_or_none
from dayone.api.routes.changes import cause_answer
from dayone.api.routes.system import stuck_answer
from dayone.api.schemas import status as api_status
from dayone.api.schemas.status import STATUS, StatusAnswer
from dayone.api.spec import described
from dayone.model.changes import Change
from dayone.model.failures import FailedWork, Stuck
from dayone.ops.status import HrSourceState, Need, SystemStatus, failed_since, needs_of, read_status, stuck_subject


def status_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route."""

    @app.get("/v1/status")
    @described(STATUS)
    def get_status() -> StatusAnswer:
        """Read what needs a human: held, failed, stuck and late work, silent parts, and drift."""
        return _answer(read_status(ports=api), sole_administrator=api.overview.given.sole_administrator)


def _answer(status: SystemStatus, *, sole_administrator: bool) -> StatusAnswer:
    health = status.health
    return {
        "at": time_answer(status.at),
        "needs": [_need(need) for need in needs_of(status)],
        "policy_version": health.policy_version,
        "release": RELEASE,
        "operations_open": health.operations_open,
        "held": [_held(change, sole_administrator=sole_administrator) for change in status.held],
        "stuck": [_stuck(each, status=status) for each in status.stuck],
        "failed": [_failed(each, status=status) for each in status.failed],
        "running": [_running(change) for change in status.running],
        "queues": [
            {
                "queue": name,
                "messages": depth.messages if depth else None,
                "oldest_seconds": depth.oldest_seconds if depth else None,
            }
            for name, depth in status.queues.items()
        ],
        "swept_at": time_or_none(status.swept_at),
        "inventory_at": time_or_none(health.inventory_at),
        "events_at": time_or_none(health.events_at),
        "drift": dict(health.drift),
        "identity_center": status.unanswered or "answers",
        "hr": [_hr(hr) for hr in status.hr],
        "notices": list(health.notices),
        "complete": status.complete,
    }


def _need(need: Need) -> api_status.NeedAnswer:
    since = time_or_none(need.since)
    return {"kind": str(need.kind), "message": need.message, "since": since, "command": need.command}


def _held(change: Change, *, sole_administrator: bool) -> api_status.HeldChangeAnswer:
    return {
        "change": change.id,
        "cause": cause_answer(change.cause),
        "operations": change.held,
        "reason": change.held_reason,
        "who_decides": " ".join(who_decides(change, sole_administrator=sole_administrator)),
    }


def _stuck(stuck: Stuck, *, status: SystemStatus) -> api_status.StuckNamedAnswer:
    subject = stuck_subject(stuck)
    return {**stuck_answer(stuck), "name": status.names.get(subject, "") if subject else ""}


def _failed(failed: FailedWork, *, status: SystemStatus) -> api_status.FailedSubjectAnswer:
    return {
        "subject": str(failed.subject),
        "name": status.names.get(failed.subject, ""),
        "since": time_answer(failed_since(failed)),
        "reason": failed.reason,
        "change": failed.change,
        "retried_at": time_answer(failed.at),
    }


def _hr(hr: HrSourceState) -> api_status.HrSourceAnswer:
    refused: list[api_status.RefusedAnswer] = [
        {"reason": str(count.reason), "number": count.number, "last_at": time_or_none(count.last_at)}
        for count in hr.refused
    ]
    return {"source": hr.source, "accepted_at": time_or_none(hr.accepted_at), "refused_today": refused}


def _running(change: Change) -> api_status.LongChangeAnswer:
    return {
        "change": change.id,
        "cause": cause_answer(change.cause),
        "state": str(change.state),
        "done": change.done,
        "operations": change.operations,
    }
