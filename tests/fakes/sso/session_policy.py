"""Service control policies in memory, with what they are attached to, and the answers that CloudFormation got."""

import json
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from dayone.errors import NotFound, Refused
from dayone.ports.organizations import OwnedPolicy

MOST = 5


@dataclass
class MemoryPolicyStore:
    """`on` are the policies attached to each root or unit there is; an error in `fails` is raised by that method once.

    `others` are the policies that somebody else made, by name.
    """

    on: dict[str, set[str]] = field(default_factory=lambda: {"r-ab12": {"p-FullAWSAccess"}})
    named: dict[str, OwnedPolicy] = field(default_factory=dict)
    fails: dict[str, list[Exception]] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def find(self, name: str) -> OwnedPolicy | None:
        self._fail("find")
        return self.named.get(name)

    def create(self, name: str, *, owner: str) -> OwnedPolicy:
        self._fail("create")
        policy_id = f"p-{next(self.numbers):08}"
        self.named[name] = OwnedPolicy(id=policy_id, arn=f"arn:aws:organizations::1:policy/{policy_id}", owner=owner)
        return self.named[name]

    def targets_of(self, policy_id: str) -> frozenset[str]:
        return frozenset(target for target, policies in self.on.items() if policy_id in policies)

    def policies_on(self, target: str) -> frozenset[str]:
        if target not in self.on:
            raise NotFound("TargetNotFoundException: You specified a target that doesn't exist.")
        return frozenset(self.on[target])

    def attach(self, policy_id: str, *, target: str) -> None:
        self._fail("attach")
        if target not in self.on:
            raise NotFound("TargetNotFoundException: You specified a target that doesn't exist.")
        if len(self.on[target] | {policy_id}) > MOST:
            raise Refused("ConstraintViolationException: You have attached the maximum number of policies.")
        self.on[target].add(policy_id)

    def detach(self, policy_id: str, *, target: str) -> None:
        self._fail("detach")
        self.on.get(target, set()).discard(policy_id)

    def delete(self, policy_id: str) -> None:
        self._fail("delete")
        if self.targets_of(policy_id):
            raise Refused("PolicyInUseException: The policy is attached to one or more entities.")
        self.named = {name: policy for name, policy in self.named.items() if policy.id != policy_id}

    def is_anothers(self, name: str, *, owner: str = "") -> None:
        """Let the policy of that name be somebody else's."""
        self.named[name] = replace(self.create(name, owner=""), owner=owner)

    def _fail(self, method: str) -> None:
        if self.fails.get(method):
            raise self.fails[method].pop(0)


@dataclass
class MemoryStackAnswers:
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def send(self, answer: str, *, to: str) -> None:
        self.sent.append((to, json.loads(answer)))
