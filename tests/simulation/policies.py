"""Policies to draw from: few enough texts that each is read once, different enough to move people and accounts."""

from random import Random

from tests.simulation.features import Company, Feature
from tests.simulation.further.whole_rules import with_all_rules

DEPARTMENTS = ("Engineering", "Data", "Sales")
_GROUPS = {
    "engineers": "members: [{department: Engineering}]",
    "analysts": "members: [{department: [Data, Engineering], title: {not: '*Intern*'}}]",
    "sellers": "members: [{department: Sales}], people: [e-1]",
    "staff": "members: everyone, except: [{id: e-2}]",
}
_DESCRIPTIONS = ("", "description: as it was, ")
_SETS = {
    "ViewOnly": (
        "managed_policies: [ViewOnlyAccess], session_duration: PT8H",
        "managed_policies: [ReadOnlyAccess], session_duration: PT8H",
        "managed_policies: [ViewOnlyAccess], permissions_boundary: {managed_policy: ReadOnlyAccess}",
    ),
    "Admin": (
        "managed_policies: [AdministratorAccess], session_duration: PT1H, tags: {owner: platform}",
        "managed_policies: [PowerUserAccess], description: less",
    ),
}
_OWN = {
    "ViewOnly": (
        "managed_policies: [ViewOnlyAccess], customer_managed_policies: [{name: Deployer}]",
        "customer_managed_policies: [{name: ReadLogs, path: /audit/}, {name: Deployer}], session_duration: PT2H",
        """inline_policy: {Version: 2012-10-17, Statement: [{Effect: Deny, Action: "s3:*", Resource: "*"}]}""",
        """inline_policy: '{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}'""",
        "managed_policies: [ReadOnlyAccess], permissions_boundary: {customer_managed_policy: {name: Deployer}}",
    )
}
_BY_DATES = {
    "newcomers": "members: [{start_date: {reached: true, not_reached: 1}}]",
    "regulars": "members: [{start_date: {reached: 1}}, {start_date: {present: false}}]",
    "going": "members: [{end_date: {reached: true}}], except: [{end_date: {not_reached: -1}}]",
}
GROUPS, SETS = tuple(_GROUPS), tuple(_SETS)
_PLACES = ("{ou: '/Workloads/**'}", "{ou: '/Workloads/Dev'}", "{ou: '/Sandboxes/**'}")
_DEEP_PLACES = ("{ou: '/Workloads/*'}", "{ou: '/*/Dev/**'}", "{ou: '/*/*'}")
_TAGGED_PLACES = (
    "{tags: {env: dev}}",
    "{tags: {env: {not: prod}}}",
    "{ou: '/Workloads/**', tags: {owner: {present: true}}}",
    "{name: 'team-[12]'}",
    "{ou_id: 'ou-root-workloads/**'}",
    "{ou_id: ou-root-workloadsdev}",
)
_WIDE_LIMITS = ("{percent: 10, at_least: 100}", "{percent: 100, at_least: 60}", "{percent: 10, at_least: 12}")
_LIMITS = ("{percent: 10, at_least: 5}", "{percent: 0, at_least: 1}", "{percent: 50, at_least: 5}")


def draw_policy(random: Random, company: Company) -> str:
    """A whole policy as text; now and then one that gives nobody anything."""
    if random.random() < 0.03:
        return f"version: 1\n{company.people}\n"
    rules = {**_GROUPS, **_BY_DATES} if company.has(Feature.DATES) else _GROUPS
    places = _places(company)
    groups = random.sample(sorted(rules), k=random.choice((1, 2, 3, 3, 4)))
    sets = random.sample(sorted(_SETS), k=random.choice((1, 1, 2)))
    lines = ["version: 1", "groups:"]
    lines += [f"  {group}: {{{random.choice(_DESCRIPTIONS)}{rules[group]}}}" for group in groups]
    lines.append("permission_sets:")
    own = _OWN if company.has(Feature.OWN_POLICIES) else {}
    lines += [f"  {name}: {{{random.choice((*_SETS[name], *own.get(name, ())))}}}" for name in sets]
    lines.append("assignments:")
    for group in groups:
        if random.random() < 0.8:
            lines.append(_assignment(f"group: {group}", random.choice(sets), random.choice(places)))
    lines.append(_assignment("group: " + groups[0], sets[0], places[0]))
    if random.random() < 0.5:
        lines.append(_assignment("person: e-1", random.choice(sets), random.choice(places)))
    limits = _WIDE_LIMITS if company.has(Feature.MANY_LEAVE) else _LIMITS
    lines += ["guardrails:", f"  removals: {random.choice(limits)}"]
    if random.random() < 0.15:
        lines.append("  protect: {people: [e-3]}")
    text = "\n".join(dict.fromkeys([*lines, company.people])) + "\n"
    return with_all_rules(text, company=company) if company.has(Feature.WHOLE_RULES) else text


def _places(company: Company) -> tuple[str, ...]:
    deep = _DEEP_PLACES * 2 if company.has(Feature.DEEP_UNITS) else ()
    return (*deep, *_PLACES, *(_TAGGED_PLACES if company.has(Feature.TAGS) else ()))


def _assignment(principal: str, permission_set: str, place: str) -> str:
    return f"  - {{{principal}, permission_set: {permission_set}, accounts: [{place}]}}"
