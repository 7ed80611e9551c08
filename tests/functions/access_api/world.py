"""The access_api function over a state in memory, and requests to send to it."""

import io
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.adapters.dynamodb.idempotency import AcceptingInbox
from dayone.api.context import AccessApi
from dayone.executor.existing import ExistingNames
from dayone.executor.existing_use import KeptInventory
from dayone.executor.rate_limits import Budgets
from dayone.lookups import PolicyWithinReach
from dayone.model.policy.context import OffLimits, PolicyVersion
from dayone.model.policy.origins import files_in
from dayone.model.policy.rules import Policy
from dayone.ops.health import Overview
from dayone.policy.language.parser import read_policy
from dayone.wiring import functions as wiring
from functions.access_api import app
from tests.fakes.acceptances import MemoryAcceptances
from tests.fakes.dead_letters import MemoryDeadLetterQueues
from tests.fakes.hr import MemoryHrDeliveries, MemoryHrVersions
from tests.fakes.notifications import MemoryNotificationTests, MemoryOutbox
from tests.fakes.overview import MemoryInboxBacklog, memory_overview
from tests.fakes.own_apis import MemoryOwnApis
from tests.fakes.queues import MemoryInbox, MemoryTurn
from tests.fakes.sso.existing_names import memory_existing
from tests.fakes.sso.identity_center import MemoryIdentityCenter
from tests.fakes.sso.live_access import MemoryLiveAccess
from tests.fakes.sso.standing import MemoryStanding
from tests.fakes.state_tables import MemoryFence, MemoryOutsideIdentity
from tests.fakes.surroundings import MemorySurroundings
from tests.fakes.table.company import MemoryCompany
from tests.fakes.table.company_plans import MemoryCompanyPlans, MemoryPlanQueue
from tests.fakes.table.grants import MemoryGrants
from tests.fakes.table.held import MemoryLedger
from tests.fakes.table.inventory import MemoryInventory
from tests.fakes.table.policies import MemoryChanges, MemoryPolicies, MemoryPolicyArchive
from tests.fakes.table.progress import MemoryProgress
from tests.fakes.table.records import MemoryRecords
from tests.fakes.table.request_keys import MemoryRequestKeys
from tests.fakes.table.state import State
from tests.fakes.table.subject_index import MemorySubjectIndex
from tests.fakes.table.subjects import MemoryDueWork
from tests.functions.access_api.state import NOW

EVENTS = Path(__file__).parents[3] / "events" / "access_api"
CALLER = "arn:aws:sts::111122223333:assumed-role/platform/platform-team"

type Event = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """API Gateway's response, and the log of the request."""

    status: int
    body: Any
    headers: Mapping[str, str]
    logged: str


class Unwell:
    """A port that fails at whatever is asked of it."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, _name: str) -> Any:  # noqa: ANN401 - stands for any method
        raise self._error


@dataclass
class World:
    """The function over a state in memory."""

    state: State = field(default_factory=State)
    center: MemoryIdentityCenter = field(default_factory=MemoryIdentityCenter)
    inventory: MemoryInventory = field(default_factory=MemoryInventory)
    outside: MemoryOutsideIdentity = field(default_factory=MemoryOutsideIdentity)
    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    keys: MemoryRequestKeys = field(default_factory=MemoryRequestKeys)
    now: datetime = NOW
    pauses: list[float] = field(default_factory=list)
    chance: Iterator[int] = field(default_factory=lambda: count(7))
    letters: MemoryDeadLetterQueues = field(default_factory=MemoryDeadLetterQueues)
    backlog: MemoryInboxBacklog = field(default_factory=MemoryInboxBacklog)
    waiting: dict[str, MemoryInboxBacklog] = field(default_factory=lambda: {"inbox": MemoryInboxBacklog()})
    plans: MemoryCompanyPlans = field(default_factory=MemoryCompanyPlans)
    plan_queue: MemoryPlanQueue = field(default_factory=MemoryPlanQueue)
    fails: dict[str, Exception] = field(default_factory=dict)
    turn: MemoryTurn = field(default_factory=MemoryTurn)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    notification_tests: MemoryNotificationTests = field(default_factory=MemoryNotificationTests)
    error: Exception | None = None
    off_limits: OffLimits = field(default_factory=OffLimits)

    def __post_init__(self) -> None:
        self.kept_inventory = KeptInventory(self.inventory)

    def ports(self) -> AccessApi:
        unwell: Any = Unwell(self.error) if self.error else None
        policies = MemoryPolicies(self.state, parse=parsed)
        return AccessApi(
            records=unwell or MemoryRecords(self.state),
            index=unwell or MemorySubjectIndex(self.state),
            live=unwell or MemoryLiveAccess(self.center),
            inventory=unwell or self.inventory,
            fence=unwell or MemoryFence(self.state, self.outside),
            progress=unwell or MemoryProgress(self.state),
            archive=unwell or MemoryPolicyArchive(self.state),
            policies=unwell or PolicyWithinReach(policies=policies, standing=MemoryStanding(self.off_limits)),
            existing=self._existing(policies),
            company=unwell or MemoryCompany(self.state),
            ledger=unwell or MemoryLedger(self.state),
            grants=unwell or MemoryGrants(self.state),
            hr_versions=unwell or MemoryHrVersions(self.state),
            deliveries=unwell or MemoryHrDeliveries(self.state),
            **self._written(unwell),
            **self._sending(unwell),
            keys=self.keys,
            overview=unwell or self.overview(),
            quotas=unwell or self.turn,
            budgets=Budgets(),
            clock=lambda: self.now,
            entropy=lambda: bytes([next(self.chance)]) * 10,
        )

    def _existing(self, policies: MemoryPolicies) -> ExistingNames:
        kept, state = self.kept_inventory, self.state
        return memory_existing(self.center, state, policies=policies, clock=lambda: self.now, inventory=kept)

    def _written(self, unwell: Any) -> dict[str, Any]:  # noqa: ANN401 - instead of any port
        plans = {"plans": unwell or self.plans, "plan_queue": unwell or self.plan_queue}
        return {"changes": MemoryChanges(self.state), "work": MemoryDueWork(self.state), **plans}

    def _sending(self, unwell: Any) -> dict[str, Any]:  # noqa: ANN401 - stands for any port
        acceptances = MemoryAcceptances(self.state)
        inbox = AcceptingInbox(queue=self.inbox, acceptances=acceptances, clock=lambda: self.now)
        notifying = {"outbox": unwell or self.outbox, "notification_tests": unwell or self.notification_tests}
        return {"inbox": inbox, "redelivery": self.inbox.queue, **notifying}

    def overview(self) -> Overview:
        seen = memory_overview(self.state)
        seen = replace(seen, dead_letters=self.letters, backlog=self.backlog, waiting=self.waiting)
        return replace(seen, surroundings=MemorySurroundings(fails=self.fails).ports(), pause=self.pause)

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.pauses.append(seconds)

    def send(self, event: Event | str) -> Answer:
        handler = app.logger.registered_handler
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(log := io.StringIO())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wiring, "access_api_wired", self.ports)
            patch.setattr(wiring, "own_apis", MemoryOwnApis)
            response = app.lambda_handler(load(event) if isinstance(event, str) else _with_its_method(event), context())
        multiple = response.get("multiValueHeaders") or {name: [value] for name, value in response["headers"].items()}
        headers = {name: values[0] for name, values in multiple.items()}
        is_json = "json" in headers["Content-Type"]
        body = json.loads(response["body"]) if is_json else response["body"]
        return Answer(response["statusCode"], body, headers, log.getvalue())


def context() -> LambdaContext:
    made = LambdaContext()
    made._function_name = "access_api"
    made._memory_limit_in_mb = 1024
    made._invoked_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:access_api"
    made._aws_request_id = "0a1b2c3d"
    return made


def parsed(kept: PolicyVersion) -> Policy:
    return read_policy(files_in(kept), version=kept.version)


def load(name: str) -> Event:
    event: Event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


def _with_its_method(event: Event) -> Event:
    """API Gateway names the method twice."""
    return {**event, "requestContext": {**event["requestContext"], "httpMethod": event["httpMethod"]}}


def signed_by(event: Event, arn: str) -> Event:
    """The request as API Gateway hands it on when this user, or session of a role, has signed it."""
    unique_id = f"AROAEXAMPLEID:{arn.rpartition('/')[2]}" if ":assumed-role/" in arn else "AIDAEXAMPLEID"
    identity = {"userArn": arn, "caller": unique_id, "user": unique_id, "accessKey": "AKIAIOSFODNN7EXAMPLE"}
    context = event["requestContext"]
    return {**event, "requestContext": {**context, "identity": {**context["identity"], **identity}}}


def asking(name: str, **query: str) -> Event:
    event = load(name)
    event["queryStringParameters"] = query
    return event
