"""A world that can be written down while work is under way, and read by another release: its table, its messages, AWS.

It is written by one release and read by another, so it uses only what both have. Run as a module, by the release that
stands in the folder: `python -m tests.upgrades.world begin` prints a world in the midst of its work, `… step < FILE`
goes on with one for a moment, and `… finish < FILE` until nothing is left to do.
"""

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from benchmarks.dynamodb.in_memory import MemoryDynamo
from benchmarks.dynamodb.table_world import TableWorld
from dayone.adapters.dynamodb.hr import DynamoHrDeliveries
from dayone.adapters.dynamodb.idempotency import AcceptingInbox, DynamoAcceptances
from dayone.adapters.dynamodb.leases import DynamoDueWork
from dayone.adapters.dynamodb.policies import DynamoPolicies
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.lookups import PoliciesWithinReach
from dayone.messages.codec import decode, encode
from dayone.messages.inbox import from_json, to_json
from dayone.model.accounts import Account
from dayone.model.changes import Cause, CauseKind, Decision, ulid_of
from dayone.model.commands import ActivatePolicy, ApplyDecision, ApplyGrant
from dayone.model.grants import Grant
from dayone.model.people import Status
from dayone.model.policy.context import PolicyVersion
from dayone.model.policy.origins import files_in
from dayone.model.policy.rules import Policy
from dayone.model.subjects import THE_POLICY, Subject, SubjectKind
from dayone.policy.language.parser import read_policy
from dayone.ports.identity_center import AssignmentKey, RequestState
from dayone.reconcile.handler import PlanChanges, handlers_of
from dayone.reconcile.sweep import ReconcileAccess
from tests.builders import NOON, a_person, an_account, assignment
from tests.fakes.sso.identity_center import Request, StoredGroup, StoredSet
from tests.fakes.sso.standing import MemoryStanding

ADA, GRACE = "arn:aws:iam::111122223333:user/ada", "arn:aws:iam::111122223333:user/grace"
ENGINEERS = """version: 1
groups:
  engineers:
    description: Builds things
    members: [{department: [Engineering]}]
permission_sets:
  ViewOnly:
    managed_policies: [job-function/ViewOnlyAccess]
assignments:
  - {group: engineers, permission_set: ViewOnly, accounts: [{ou: /Workloads/**}]}
"""
# Takes their access from all but the operators, which is more than may go without a word.
FEWER = ENGINEERS.replace("{department: [Engineering]}", "{department: [Engineering], title: [Operator]}")
# Gives more, when everything else is over.
MORE = FEWER.replace("groups:\n", "groups:\n  everybody:\n    members: [{title: [Operator, Builder]}]\n")
_OPERATORS, _BUILDERS, _LATER = ("e-1", "e-2"), range(3, 13), ("e-21", "e-22", "e-23")
_SETS = ("managed_policies", "customer_policies")


class UpgradedWorld(TableWorld):
    """A world of the table whose policies are read from their texts, and whose requests are accepted in the table."""

    def over(self, table: DynamoTable) -> None:
        """See TableWorld."""
        super().over(table)
        policies = PoliciesWithinReach(
            policies=DynamoPolicies(table, parse=_parsed), standing=MemoryStanding(self.off_limits)
        )
        inner, own = self.around, {"policies": policies, "deliveries": DynamoHrDeliveries(table)}
        self.around = lambda name, port: own[name] if name in own else inner(name, port)
        self.inbox._accepting = self._accepting()

    def _accepting(self) -> AcceptingInbox:
        acceptances = DynamoAcceptances(self.table)
        return AcceptingInbox(queue=self.inbox.queue, acceptances=acceptances, clock=lambda: self.now)

    def planning(self) -> PlanChanges:
        """See World."""
        made = super().planning()
        ports = replace(made.ports, acceptances=DynamoAcceptances(self.table), inbox=self._accepting())
        return replace(made, ports=ports, handlers=handlers_of(ports))

    # What people ask for

    def uploads(self, text: str) -> str:
        """Ada uploads a policy; return the change that it leads to."""
        change = ulid_of(self.now, name=text)
        kept = self.archive().add(text, file="policy.yaml", actor=ADA, at=self.now, change=change)
        cause = Cause(change=change, kind=CauseKind.POLICY, actor=ADA, reference="upload", at=self.now)
        self.inbox.put([ActivatePolicy(subject=THE_POLICY, cause=cause, version=kept.version)])
        return change

    def grants(self, name: str, *, until: datetime) -> None:
        """Ada gives the engineers access to an account for a time."""
        subject = Subject(SubjectKind.ACCOUNT, "000000000009")
        grant = Grant(
            id=name,
            subject=subject,
            resource=assignment("engineers", "ViewOnly"),
            reason="on call",
            begins=self.now,
            until=until,
            granted_by=ADA,
            granted_at=self.now,
        )
        change = ulid_of(self.now, name=name)
        cause = Cause(change=change, kind=CauseKind.GRANT, actor=ADA, reference=name, at=self.now)
        self.inbox.put([ApplyGrant(subject=subject, cause=cause, grant=grant)])

    def approves_all_of(self, change: str) -> None:
        """Grace approves what a change of the policy holds."""
        decision = Decision(is_approved=True, actor=GRACE, at=self.now)
        cause = Cause(change=change, kind=CauseKind.POLICY, actor=ADA, reference="upload", at=self.now)
        self.inbox.put([ApplyDecision(subject=Subject(SubjectKind.CHANGE, change), cause=cause, decision=decision)])

    def finish(self) -> None:
        """Go on until nothing is left, now and in weeks; Grace approves what is held by then."""
        self.aws_works = True
        self.center.work()
        self.carry_out()
        for change in sorted({name for name, state in self.operation_states() if state == "held"}):
            self.approves_all_of(change)
        self.carry_out()
        self.now += timedelta(days=40)
        self.sweep()
        self.carry_out()

    def operation_states(self) -> list[tuple[str, str]]:
        """Return the change and the state of each operation."""
        items = (item for item in self.client.everything() if item["sk"]["S"].startswith("OPERATION#"))
        return [(item["change"]["S"], item["state"]["S"]) for item in items]

    def step(self) -> None:
        """Plan the older half of the messages, and begin something."""
        self.aws_works = True
        self.center.work()
        for command in self.inbox.commands[: len(self.inbox.commands) // 2]:
            self.plan(command)
            self.inbox.commands.remove(command)
        self.execute(seconds=1)

    def sweeping(self) -> ReconcileAccess:
        """See World."""
        return replace(super().sweeping(), due_work=DynamoDueWork(self.table))

    # Written down

    def written(self) -> dict[str, Any]:
        """Return all of it as JSON has it; what AWS works on is over."""
        self.center.work()
        items = sorted(self.client.everything(), key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
        return {
            "now": self.now.isoformat(),
            "numbers": [next(self.numbers), next(self.center.numbers)],
            "items": items,
            "messages": [to_json(command) for command in self.inbox.commands],
            "accounts": [encode(account) for account in self.organization.accounts.values()],
            "center": _center(self),
        }

    @classmethod
    def _of(cls, items: Iterable[Mapping[str, Any]], *, now: datetime) -> "UpgradedWorld":
        made = cls(now=now)
        made.client = MemoryDynamo()
        client: Any = made.client
        for item in items:
            client.put_item(Item=item)
        made.over(DynamoTable(client, "state", pause=lambda _: None))
        return made

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "UpgradedWorld":
        """Return the world that was written down."""
        made = cls._of(written["items"], now=datetime.fromisoformat(written["now"]))
        made.numbers, made.center.numbers = map(count, written["numbers"])
        made.inbox.commands += [from_json(text) for text in written["messages"]]
        for account in written["accounts"]:
            made.organization.accounts[account["id"]] = decode(Account, account)
        _fill(made, written["center"])
        return made

    @classmethod
    def midst(cls) -> "UpgradedWorld":
        """Return one with work of every kind under way, and messages in the inbox."""
        made = cls._of([], now=NOON)
        made.uploads(ENGINEERS)
        made.account_is(an_account("000000000001", ou_path="/Workloads/Dev"))
        made.account_is(an_account("000000000009", ou_path="/Sandbox"))
        for name in _OPERATORS:
            made.hr_tells(a_person(name, title="Operator"))
        for number in _BUILDERS:
            made.hr_tells(a_person(f"e-{number}", title="Builder"))
        made.carry_out()
        made.grants("g-1", until=made.now + timedelta(days=2))
        made.carry_out()
        made.now += timedelta(minutes=1)
        held = made.uploads(FEWER)
        made.carry_out()
        _leave_off(made, held)
        return made


def _leave_off(made: UpgradedWorld, held: str) -> None:
    """Begin what takes a while, and put on the inbox what nobody has read yet."""
    made.aws_works = False
    made.account_is(an_account("000000000002", ou_path="/Workloads/Prod"))
    made.hr_tells(a_person("e-21", title="Operator"))
    # One that is to start some day, and is due then.
    made.hr_tells(a_person("e-22", title="Operator", start_date=date(2026, 12, 24)))
    made.plan_all()
    made.execute(seconds=1)
    made.hr_tells(a_person("e-23", title="Operator"))
    made.hr_tells(a_person("e-2", title="Operator", status=Status.ENDED))
    made.plan_all()
    made.now += timedelta(minutes=1)
    made.hr_tells(a_person("e-12", title="Builder", status=Status.ENDED))
    made.account_is(an_account("000000000001", ou_path="/Workloads/Test"))
    made.approves_all_of(held)
    made.uploads(MORE)


def _parsed(kept: PolicyVersion) -> Policy:
    return read_policy(files_in(kept), version=kept.version)


def _center(world: UpgradedWorld) -> dict[str, Any]:
    center = world.center
    sets = {arn: asdict(stored) for arn, stored in center.permission_sets.items()}
    return {
        "users": dict(center.users),
        "groups": {name: asdict(group) for name, group in center.groups.items()},
        "memberships": {name: list(pair) for name, pair in center.memberships.items()},
        "permission_sets": {
            arn: {**stored, **{name: sorted(stored[name]) for name in _SETS}} for arn, stored in sets.items()
        },
        "assignments": sorted([key.account_id, key.permission_set_arn, key.principal_id] for key in center.assignments),
        "provisioned": [[*pair, revision] for pair, revision in center.provisioned.items()],
        "requests": {
            name: {"kind": request.kind, **asdict(request.state)} for name, request in center.requests.items()
        },
    }


def _fill(world: UpgradedWorld, written: Mapping[str, Any]) -> None:
    center = world.center
    for name, user in written["users"].items():
        center.users[name] = user
    for name, group in written["groups"].items():
        center.groups[name] = StoredGroup(**group)
    for name, (group_id, user_id) in written["memberships"].items():
        center.memberships[name] = (group_id, user_id)
    for arn, stored in written["permission_sets"].items():
        center.permission_sets[arn] = StoredSet(**{**stored, **{name: set(stored[name]) for name in _SETS}})
    for account, arn, principal in written["assignments"]:
        center.assignments.add(AssignmentKey(account_id=account, permission_set_arn=arn, principal_id=principal))
    for account, arn, revision in written["provisioned"]:
        center.provisioned[account, arn] = revision
    for name, request in written["requests"].items():
        state = {key: value for key, value in request.items() if key != "kind"}
        center.requests[name] = Request(request["kind"], lambda: None, RequestState(**state))


def to_text(written: Mapping[str, Any]) -> str:
    """Return what was written down as JSON, with a line for each item and message."""
    members = []
    for name, value in written.items():
        parts = value if isinstance(value, list) else [value]
        lines = ",\n".join(json.dumps(part, default=_text_of_bytes, sort_keys=True) for part in parts)
        members.append(f'"{name}": [\n{lines}\n]' if isinstance(value, list) else f'"{name}": {lines}')
    return "{\n" + ",\n".join(members) + "\n}\n"


def from_text(text: str) -> dict[str, Any]:
    """Return what was written down, from its text."""
    written: dict[str, Any] = json.loads(text, object_hook=_with_bytes)
    return written


def _text_of_bytes(value: bytes) -> dict[str, str]:
    return {"base64": b64encode(value).decode()}


def _with_bytes(members: dict[str, Any]) -> Any:  # noqa: ANN401 - any value of JSON, and bytes
    return b64decode(members["base64"]) if members.keys() == {"base64"} else members


def main(verb: str) -> None:
    """Write a world to the standard output: `begin` one, or `step` or `finish` the one in the standard input."""
    if verb == "begin":
        world = UpgradedWorld.midst()
    else:
        world = UpgradedWorld.read(from_text(sys.stdin.read()))
        world.finish() if verb == "finish" else world.step()
    sys.stdout.write(to_text(world.written()))


if __name__ == "__main__":
    main(sys.argv[1])
