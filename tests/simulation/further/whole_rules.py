"""Rules with all that the language of the policy has: names, exceptions, more conditions, and what is sensitive."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import yaml

from tests.simulation.features import Company

type Rule = dict[str, Any]


class _Written(yaml.SafeDumper):
    """Writes out what occurs twice."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - as it is called
        return True


_MORE_MEMBERS: Sequence[Rule] = (
    {"employment": "contractor"},
    {"employment": ["employee", "CONTRACTOR"], "location": "Berlin*"},
    {"team": "blue", "department": {"any": ["Data", "sales"], "not": "S*"}},
    {"manager": {"present": True}, "title": {"not": ["Lead", "intern"]}},
    {"cost_centre": "4?[01]"},
    {"location": {"present": False}, "employment": {"not": "employee"}},
    {"email": "*.new@*"},
    {"given_name": "[!A]*"},
    {"manager": "e-1"},
    {"time_zone": ["Asia/*", "Pacific/*"]},
    {"id": ["e-1", "x-1*"]},
    {"user_name": "E-[3-5]@*", "family_name": {"any": "Love*"}},
)
_MORE_ACCOUNTS: Sequence[Rule] = (
    {"id": "000000000002"},
    {"id": ["000000000001", "000000000003"], "ou": "/Workloads/**"},
    {"name": "TEAM-[!1]"},
    {"name": ["team-1", "team-3*"], "tags": {"env": {"not": "prod"}}},
    {"ou": ["/workloads/dev", "/Elsewhere"]},
    {"ou": "/**"},
    {"ou": "/*"},
    {"ou": "/Workloads/*/**"},
    {"tags": {"env": ["d*", "p?od"]}},
    {"tags": {"ENV": "dev"}},
    {"tags": {"owner": {"present": False}}},
    {"tags": {"env": {"any": "*", "not": "dev"}, "owner": "*"}},
    {"ou_id": ["ou-root-sandboxes/**", "ou-root-elsewhere"]},
)
_OF_SETS: Sequence[Rule] = (
    {"relay_state": "https://console.aws.amazon.com/s3/"},
    {"relay_state": "https://console.aws.amazon.com/ec2/", "tags": {"owner": "us", "tier": "2"}},
    {"tags": {"owner": "others"}},
    {"description": "it may look"},
    {"session_duration": "PT3H"},
    {"session_duration": "PT12H"},
    {"permissions_boundary": {"managed_policy": "SecurityAudit"}},
    {"managed_policies": ["SecurityAudit", "job-function/ViewOnlyAccess"]},
    {"managed_policies": ["arn:aws:iam::aws:policy/job-function/SupportUser", "AmazonS3ReadOnlyAccess"]},
    {"inline_policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}},
    {"inline_policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}]}},
)
_SENSITIVE: Sequence[Rule] = (
    {"permission_sets": ["ViewOnly"]},
    {"accounts": [{"ou": "/Workloads/Prod/**"}]},
    {"accounts": [{"tags": {"env": "prod"}}, {"id": "000000000002"}]},
)
_GUARDS: Sequence[Mapping[str, object]] = (
    {"additions": {"percent": 0, "at_least": 2}},
    {"additions": {"percent": 100, "at_least": 1}},
    {"protect": {"accounts": ["000000000002"]}},
    {"protect": {"people": ["e-4"], "users": ["e-5@example.com"]}},
)


def with_all_rules(text: str, *, company: Company) -> str:
    """Return a policy with some more rules, by a chance that is the text's own."""
    random = Random(f"rules {company.seed} {text}")  # noqa: S311 - chance that can be had again is what is wanted
    policy: Rule = yaml.safe_load(text)
    for change in (_of_groups, _of_sets, _of_assignments, _of_guards):
        change(policy, random)
    return yaml.dump(policy, Dumper=_Written, sort_keys=False)


def _of_groups(policy: Rule, random: Random) -> None:
    for key, rule in policy.get("groups", {}).items():
        further = {"name": f"{key.title()} (all)", "description": "all of them", "birthright": True}
        rule.update({word: value for word, value in further.items() if random.random() < 0.15})
        _of_members(rule, random)


def _of_members(rule: Rule, random: Random) -> None:
    if rule["members"] == "everyone":
        rule["members"] = random.choice(("everyone", "everyone", random.sample(_MORE_MEMBERS, k=2)))
    elif random.random() < 0.4:
        rule["members"].append(random.choice(_MORE_MEMBERS))
    if random.random() < 0.3:
        _leave_out(rule, random.choice(_MORE_MEMBERS), of="members")
    if random.random() < 0.2:
        rule["people"] = random.choice((["e-2"], ["e-3", "e-1"]))


def _of_sets(policy: Rule, random: Random) -> None:
    for rule in policy.get("permission_sets", {}).values():
        for _ in range(random.choice((0, 1, 1, 2))):
            rule.update(random.choice(_OF_SETS))


def _of_assignments(policy: Rule, random: Random) -> None:
    for rule in policy.get("assignments", []):
        if random.random() < 0.3:
            rule["accounts"].append(random.choice(_MORE_ACCOUNTS))
        if random.random() < 0.2:
            rule["accounts"] = [random.choice(_MORE_ACCOUNTS)]
        if random.random() < 0.3:
            _leave_out(rule, random.choice(_MORE_ACCOUNTS), of="accounts")


def _of_guards(policy: Rule, random: Random) -> None:
    called_so = random.choice(_SENSITIVE)
    is_known = set(called_so.get("permission_sets", ())) <= set(policy.get("permission_sets", ()))
    if is_known and random.random() < 0.2:
        policy["sensitive"] = called_so
    if random.random() < 0.25:
        policy.setdefault("guardrails", {}).update(random.choice(_GUARDS))


def _leave_out(rule: Rule, entry: Rule, *, of: str) -> None:
    """Have an exception; one that repeats a whole entry would be a mistake."""
    if rule[of] == "everyone" or entry not in rule[of]:
        rule["except"] = [*rule.get("except", []), entry]
