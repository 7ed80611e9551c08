"""Texts of policies and grants that an author tries."""

from dayone.model.subjects import Resource, ResourceKind
from tests.simulation.adversaries import company
from tests.simulation.adversaries.company import GUARDED, OWN, OWN_ACCOUNT

_ADMIN_FOR_ALL = company.GROUPS.replace('admins: {members: [{title: "*Admin*"}]}', "admins: {members: everyone}")
_EVERYBODY_ON_CALL = company.GROUPS.replace('[{title: "*On call*"}]', "everyone")
_BIRTHRIGHT = company.GROUPS.replace('"*Admin*"}]', '"*Admin*"}], people: [e-1], birthright: true')
_GROUPS_EDITED = (
    company.GROUPS,
    _ADMIN_FOR_ALL,
    company.GROUPS.replace('[{title: "*Admin*"}]', '[{title: "*Admin*"}], people: [e-1]'),
    _BIRTHRIGHT,
    _EVERYBODY_ON_CALL,
    company.GROUPS.replace("department: Engineering", "department: Nowhere"),
    company.GROUPS.replace("department: Sales", "department: [Sales, Engineering]"),
    company.GROUPS + "  mine: {members: [], people: [e-1]}\n",
)
_READ_ONLY = company.SETS.replace(GUARDED, "  Guarded: {managed_policies: [ViewOnlyAccess]}\n")
_WITHOUT_DENY = company.SETS.replace(GUARDED, "  Guarded: {managed_policies: [AdministratorAccess, ViewOnlyAccess]}\n")
_SETS_EDITED: tuple[str, ...] = (
    company.SETS,
    company.SETS.replace("ViewOnlyAccess]}", "ViewOnlyAccess, AdministratorAccess]}"),
    company.SETS.replace("ViewOnlyAccess]}", "ViewOnlyAccess, IAMFullAccess]}"),
    company.SETS.replace("managed_policies: [ViewOnlyAccess]}", "customer_managed_policies: [{name: Everything}]}", 1),
    company.SETS + "  Mine: {managed_policies: [AdministratorAccess]}\n",
    company.SETS
    + '  Own: {inline_policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "iam:*", Resource: "*"}]}}\n',
)
NOT_SO_HARMLESS = (
    company.SETS.replace("{name: Deployer}]}", "{name: Deployer}], managed_policies: [AdministratorAccess]}"),
    company.SETS.replace("{name: Deployer}", "{name: Everything}"),
)
_SETS_EDITED += (*NOT_SO_HARMLESS, _WITHOUT_DENY)
_ASSIGNMENTS_EDITED = (
    company.ASSIGNMENTS,
    company.ASSIGNMENTS + '  - {group: engineers, permission_set: Admin, accounts: [{ou: "/Workloads/**"}]}\n',
    company.ASSIGNMENTS + '  - {person: e-1, permission_set: Admin, accounts: [{ou: "/**"}]}\n',
    company.ASSIGNMENTS + '  - {group: engineers, permission_set: Payroll, accounts: [{ou: "/Workloads/**"}]}\n',
    company.ASSIGNMENTS
    + "  - {group: sellers, permission_set: ViewOnly, accounts: "
    + '[{id: "000000000009", include_management_account: true}]}\n',
    company.ASSIGNMENTS.replace(
        '{group: engineers, permission_set: ViewOnly, accounts: [{ou: "/Workloads/**"}]}',
        '{group: engineers, permission_set: ViewOnly, accounts: [{ou: "/Nowhere/**"}]}',
    ),
)
# Nobody is given what is sensitive any more, so that whoever joins those that have it still seems to get nothing.
_NO_ADMINS = "".join(line for line in company.ASSIGNMENTS.splitlines(keepends=True) if "group: admins" not in line)
_GUARDRAILS_EDITED = (
    company.GUARDRAILS,
    "guardrails: {removals: {percent: 100, at_least: 1000}}\nsensitive: {permission_sets: [Payroll]}\n",
    "guardrails: {removals: {percent: 10, at_least: 3}, additions: {percent: 100, at_least: 1000}}\n",
    "sensitive: {harmless: [Admin, ViewOnly]}\n",
)
WAYS = (_GROUPS_EDITED, _SETS_EDITED, _ASSIGNMENTS_EDITED, _GUARDRAILS_EDITED)
_WHOLE = (company.GROUPS, company.SETS, company.ASSIGNMENTS, company.GUARDRAILS)
WITH_LEGACY = company.GROUPS + "  legacy: {members: []}\n" + company.SETS + company.ASSIGNMENTS + company.GUARDRAILS
_AND_OPS = company.GROUPS + "  ops: {members: [], people: [e-1]}\n" + company.SETS + company.ASSIGNMENTS
WITH_OPS = (
    _AND_OPS
    + '  - {group: ops, permission_set: ViewOnly, accounts: [{ou: "/Workloads/**"}]}\n'
    + company.GUARDRAILS.replace("sensitive: {", "sensitive: {groups: [ops], ")
)
NAMES_AN_ADMINISTRATOR = company.POLICY.replace('[{title: "*Admin*"}]', '[{title: "*Admin*"}], people: [e-14]')
PROTECTS_AN_ADMINISTRATOR = company.POLICY.replace("at_least: 3}}", "at_least: 3}, protect: {people: [e-14]}}")
# Each thing that a policy can do alone, and nothing at all.
EDITS = (
    "version: 1\n",
    _ADMIN_FOR_ALL + company.SETS + _NO_ADMINS + company.GUARDRAILS,
    _GROUPS_EDITED[2] + company.SETS + _NO_ADMINS + company.GUARDRAILS,
    *(
        "".join((*_WHOLE[:place], edited, *_WHOLE[place + 1 :]))
        for place, ways in enumerate(WAYS)
        for edited in ways[1:]
    ),
)
# What is nothing by itself, and then something on top of it.
IN_TWO_STEPS = (
    (
        company.GROUPS.replace('  admins: {members: [{title: "*Admin*"}]}\n', "")
        + company.SETS
        + _NO_ADMINS
        + "guardrails: {removals: {percent: 0, at_least: 0}}\n"
        + "sensitive: {permission_sets: [Payroll], harmless: [Deploy]}\n",
        EDITS[1],
    ),
    (
        company.GROUPS + _READ_ONLY + company.ASSIGNMENTS + company.GUARDRAILS,
        company.GROUPS + _WITHOUT_DENY + company.ASSIGNMENTS + company.GUARDRAILS,
    ),
)
GRANTS = (
    ("person", Resource(ResourceKind.MEMBERSHIP, "admins")),
    ("person", Resource(ResourceKind.MEMBERSHIP, "engineers")),
    (OWN_ACCOUNT, Resource(ResourceKind.ASSIGNMENT, f"Admin/person:{OWN}")),
    ("000000000002", Resource(ResourceKind.ASSIGNMENT, "Admin/engineers")),
    (company.MANAGEMENT, Resource(ResourceKind.ASSIGNMENT, f"ViewOnly/person:{OWN}")),
)
