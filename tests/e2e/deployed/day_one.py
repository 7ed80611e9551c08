"""The deployed system in the hands of a test: what the outside does to it, and what is seen of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sandbox import Behaviour, Sandbox
from sandbox.day_one import Deployed, deploy, expect, may_call
from sandbox.hr_system import HIRED
from sandbox.identity_center_view import IdentityCenterView, Instance, instance_of
from sandbox.organisation import Organisation
from sandbox.signed_http import Answer, HttpApi
from tests.e2e.deployed import policies
from tests.e2e.deployed.announcements import Announcements
from tests.e2e.deployed.waiting import eventually
from tests.project.repository import pascal

ENDED = ("succeeded", "failed")
# How Identity Center behaves, unless a test has it otherwise for a while.
BEHAVIOUR = Behaviour.instant(assignment_seconds=0.3, deletion_seconds=0.3)


@dataclass(frozen=True, kw_only=True)
class DayOne:
    """Everything a test needs of the one deployment that all of them share; `approver` is the API for somebody else."""

    sandbox: Sandbox
    instance: Instance
    deployed: Deployed
    approver: HttpApi
    announcements: Announcements
    view: IdentityCenterView
    organisation: Organisation

    def tell(self, person: Mapping[str, str], *, event: str = HIRED, at: datetime | None = None) -> str:
        """HR tells of a person; returns the id of the change."""
        return str(expect(self.deployed.hr.tell(person, event=event, at=at), status=202)["change"])

    def told(self, person: Mapping[str, str], *, event: str = HIRED, at: datetime | None = None) -> Any:  # noqa: ANN401
        """HR tells of a person; returns the change when it is over and has succeeded."""
        return self.succeeded(self.tell(person, event=event, at=at))

    def upload(self, policy: Mapping[str, Any]) -> Answer:
        """Upload a policy."""
        headers = {"content-type": "application/yaml"}
        path = f"/v1/policy?file={quote(policies.FILE, safe='')}"
        return self.deployed.api.send("PUT", path, body=policies.text_of(policy), headers=headers)

    def put_in_force(self, policy: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Upload a policy; returns the change it led to when that is over and has succeeded.

        Everybody here shares one policy, which tests of guardrails make stricter for a while; taking that back asks for
        somebody else.
        """
        change = str(expect(self.upload(policy), status=202)["change"])
        path = f"/v1/changes/{change}?limit=100"
        eventually(lambda: self.knows(path))
        said = eventually(lambda: self.get(path), holds=lambda said: said["change"]["state"] in (*ENDED, "held"))
        if {pair["kind"] for pair in said["operations"] if pair["state"] == "held"} == {"create-guardrails"}:
            return self.decided(change, to="approve")
        return self.succeeded(change)

    def planned(self, text: str) -> Any:  # noqa: ANN401 - JSON
        """Have a policy planned for everybody in portions; returns the plan that is being made."""
        headers = {"content-type": "application/json"}
        body = json.dumps({"policy": text}).encode()
        return expect(self.deployed.api.send("POST", "/v1/plans?mode=portions", body=body, headers=headers), status=202)

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return the API's answer with status 200."""
        return expect(self.deployed.api.get(path), status=200)

    def knows(self, path: str) -> bool:
        """Return whether the API answers 200."""
        return self.deployed.api.get(path).status == 200

    def over(self, change: str) -> Any:  # noqa: ANN401 - JSON
        """A change with its operations, as soon as it has come to an end."""
        path = f"/v1/changes/{change}?limit=100"
        eventually(lambda: self.knows(path))
        return eventually(lambda: self.get(path), holds=lambda said: said["change"]["state"] in ENDED)

    def held(self, change: str) -> Any:  # noqa: ANN401 - JSON
        """A change with its operations, as soon as it waits for a human."""
        path = f"/v1/changes/{change}?limit=100"
        eventually(lambda: self.knows(path))
        return eventually(lambda: self.get(path), holds=lambda said: said["change"]["state"] == "held")

    def decided(self, change: str, *, to: str) -> Any:  # noqa: ANN401 - JSON
        """Somebody else says `approve` or `reject`; returns the change when it is over and has succeeded."""
        expect(self.approver.send("POST", f"/v1/changes/{change}/{to}"), status=202)
        return self.succeeded(change)

    def succeeded(self, change: str) -> Any:  # noqa: ANN401 - JSON
        """The same, of a change that has succeeded."""
        said = self.over(change)
        assert said["change"]["state"] == "succeeded", said
        return said

    def changes(self, *, reference: str) -> list[Any]:
        """The changes among the newest hundred that the outside gave this reference."""
        listed = self.get("/v1/changes?limit=100")["changes"]
        return [pair for pair in listed if pair["cause"]["reference"] == reference]

    def function(self, name: str) -> str:
        """The name that CloudFormation gave a function, which is called `plan_changes` here."""
        return self.deployed.stack.resources[f"{pascal(name)}Function"]

    def log(self, function: str) -> list[dict[str, Any]]:
        """Return a function's log, line by line."""
        lines = self.sandbox.function_logs(self.function(function))
        return [json.loads(line) for line in lines if line.startswith("{")]

    def waiting(self, queue: str) -> int:
        """Return how many messages a queue of the stack holds, including those in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        said = self.sandbox.client("sqs").get_queue_attributes(QueueUrl=self.queue_url(queue), AttributeNames=names)
        return sum(int(said["Attributes"][name]) for name in names)

    def queue_url(self, queue: str) -> str:
        """The URL of a queue of the stack, which is named as in the template."""
        return self.deployed.stack.resources[queue]


def deployed_in(sandbox: Sandbox) -> DayOne:
    """Deploy it, without a policy, with a user beside the internal tool's who may approve."""
    instance = instance_of(sandbox)
    deployed = deploy(sandbox, instance)
    approver = sandbox.create_user("approver", policy=may_call("*"))
    return DayOne(
        sandbox=sandbox,
        instance=instance,
        deployed=deployed,
        approver=HttpApi(url=deployed.api.url, region=sandbox.region, credentials=approver),
        announcements=Announcements(sandbox, bus=deployed.stack.outputs["BusName"]),
        view=IdentityCenterView(sandbox, instance),
        organisation=Organisation(sandbox),
    )
