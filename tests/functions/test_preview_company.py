"""preview_company through its handler: portions of a plan from their queue in, the whole plan out."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.errors import Unreachable
from dayone.messages.codec import encode
from dayone.model.policy.company_plans import PlanState
from dayone.wiring import functions as wiring
from functions.preview_company import app
from tests.builders import a_person
from tests.fakes.queues import MemoryReturns
from tests.fakes.table.company_plans import MemoryCompanyPlans
from tests.functions.conftest import Event, LambdaContext, Log
from tests.unit.preview.test_company_plan import Plans
from tests.unit.previews import POLICY
from tests.unit.world import World

_SOURCE = "arn:aws:sqs:eu-west-1:111122223333:dayone-PlansQueue"


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Plans:
    world = World()
    for number in range(3):
        world.hr_tells(a_person(f"e-{number}", department="Engineering"))
    world.settle()
    plans = Plans(world)
    monkeypatch.setattr(wiring, "preview_company_ports", lambda: plans.worker)
    monkeypatch.setattr(wiring, "event_source", lambda: _SOURCE)
    return plans


def _of(event: Event, body: object) -> Event:
    (record,) = event["Records"]
    return {"Records": [{**record, "body": json.dumps(encode(body))}]}


def test_all_portions_together_make_the_plan(
    plans: Plans, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    plan = plans.start(POLICY)
    while plans.queue.waiting:
        event = _of(event_of("preview_company/portion"), plans.queue.waiting.pop(0))
        assert app.lambda_handler(event, context) == {"batchItemFailures": []}
    read = plans.read(plan)
    assert (read.plan.state, read.counts["create-membership"]) == (PlanState.COMPLETE, 3)
    assert "person:" not in str(log.lines)


def test_the_sixth_try_of_a_portion_fails_the_plan(
    plans: Plans, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    plan = plans.start(POLICY)
    event = _of(event_of("preview_company/sixth_try"), plans.queue.waiting.pop(0))
    assert app.lambda_handler(event, context) == {"batchItemFailures": []}
    assert plans.read(plan).plan.state is PlanState.FAILED


class _Silent(MemoryCompanyPlans):
    def find(self, plan: str, *, now: object) -> None:  # noqa: ARG002 - it answers nobody
        raise Unreachable("no answer")


def test_a_portion_that_fails_stays_with_its_queue(
    plans: Plans, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    plans.worker = replace(plans.worker, plans=_Silent())
    event = event_of("preview_company/portion")
    failed = [{"itemIdentifier": event["Records"][0]["messageId"]}]
    assert app.lambda_handler(event, context) == {"batchItemFailures": failed}
    assert "message failed" in log.messages("WARNING")


def test_a_portion_of_no_plan_is_taken_for_done(
    plans: Plans, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    assert app.lambda_handler(event_of("preview_company/portion"), context) == {"batchItemFailures": []}
    assert plans.queue.waiting == []


def test_a_portion_that_goes_on_is_given_once_more_at_once(
    plans: Plans, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    plans.pause = timedelta(seconds=31)
    plans.worker = replace(plans.new_worker(), returns=(returns := MemoryReturns()))
    plans.start(POLICY)
    event = _of(event_of("preview_company/portion"), plans.queue.waiting.pop(0))
    (record,) = event["Records"]
    assert app.lambda_handler(event, context) == {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    assert returns.told == {record["receiptHandle"]: 0}
