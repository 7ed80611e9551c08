"""What a policy file may say, and what is answered to a wrong one."""

import json
import re
from pathlib import Path
from textwrap import dedent

import pytest

from dayone.contracts.policy_file import read_policy
from dayone.contracts.policy_shape import PersonShape
from dayone.domain.people import SELECTABLE
from dayone.domain.policy import AccountSelector, Location, PersonSelector, Policy
from dayone.errors import Invalid

GUIDE = Path(__file__).parents[2] / "docs" / "policy.md"

WHOLE = """\
version: 1
groups:
  engineers:
    description: Everyone who builds
    members:
      - {department: [Engineering, Data], employment: employee}
      - title: "*SRE*"
  staff:
    members: everyone
  nobody:
    members: []
permission_sets:
  ViewOnly:
    description: Look, do not touch
    managed_policies: [ViewOnlyAccess, arn:aws-us-gov:iam::aws:policy/SecurityAudit, AmazonS3ReadOnlyAccess]
    session_duration: PT8H
    relay_state: https://eu-west-1.console.aws.amazon.com/ec2/
  Custom:
    inline_policy:
      Version: 2012-10-17
      Statement: [{Effect: Allow, Action: "s3:List*", Resource: "*"}]
assignments:
  - group: engineers
    permission_set: ViewOnly
    accounts:
      - {ou: "/Workloads/**", tags: {env: [dev, staging]}}
      - id: "123456789012"
        name: sandbox-*
guardrails:
  protect: {people: [e-1], groups: [break-glass], accounts: ["999999999999"]}
  unmanaged: report
"""


def read(text: str) -> Policy:
    return read_policy(dedent(text), file="policy.yaml", version=7)


def findings_of(text: str) -> tuple[str, ...]:
    with pytest.raises(Invalid) as caught:
        read(text)
    return caught.value.findings


def permission_set(body: str) -> str:
    return f"version: 1\npermission_sets:\n  ViewOnly: {body}\n"


def assignment(accounts: str) -> str:
    return (
        "version: 1\ngroups: {staff: {members: everyone}}\npermission_sets: {ViewOnly: {}}\n"
        f"assignments: [{{group: staff, permission_set: ViewOnly, accounts: {accounts}}}]\n"
    )


def test_a_whole_policy_is_read_with_the_line_of_every_rule() -> None:
    policy = read(WHOLE)
    engineers, staff, nobody = policy.groups
    assert policy.version == 7
    assert (engineers.name, engineers.description, engineers.location) == (
        "engineers",
        "Everyone who builds",
        Location("policy.yaml", 3),
    )
    assert engineers.members == (
        PersonSelector(
            {"department": ("Engineering", "Data"), "employment": ("employee",)}, Location("policy.yaml", 6)
        ),
        PersonSelector({"title": ("*SRE*",)}, Location("policy.yaml", 7)),
    )
    assert staff.members == (PersonSelector({}, Location("policy.yaml", 9)),)
    assert nobody.members == ()
    (rule,) = policy.assignments
    assert (rule.group, rule.permission_set, rule.location.line) == ("engineers", "ViewOnly", 23)
    assert rule.accounts == (
        AccountSelector(Location("policy.yaml", 26), ous=("/Workloads/**",), tags={"env": ("dev", "staging")}),
        AccountSelector(Location("policy.yaml", 27), ids=("123456789012",), names=("sandbox-*",)),
    )
    assert policy.protection.people == {"e-1"}
    assert policy.protection.groups == {"break-glass"}
    assert policy.protection.accounts == {"999999999999"}


def test_managed_policies_become_paths_and_inline_policies_become_json() -> None:
    view_only, custom = read(WHOLE).permission_sets
    assert view_only.managed_policies == ("job-function/ViewOnlyAccess", "SecurityAudit", "AmazonS3ReadOnlyAccess")
    assert (view_only.session_duration, custom.session_duration) == ("PT8H", "PT1H")
    assert view_only.relay_state == "https://eu-west-1.console.aws.amazon.com/ec2/"
    assert json.loads(custom.inline_policy) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}],
    }


def test_an_inline_policy_is_the_same_written_as_a_mapping_or_as_json_text() -> None:
    (mapping,) = read(permission_set("{inline_policy: {Version: 2012-10-17, Statement: []}}")).permission_sets
    as_text = """{inline_policy: '{ "Version": "2012-10-17",  "Statement": [] }'}"""
    (text,) = read(permission_set(as_text)).permission_sets
    assert mapping.inline_policy == text.inline_policy


def test_people_can_be_selected_by_exactly_what_the_domain_knows() -> None:
    assert tuple(PersonShape.model_fields) == SELECTABLE


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        pytest.param("", "1: the policy is empty: it starts with `version: 1`", id="empty"),
        pytest.param("# nothing\n", "1: the policy is empty", id="comments only"),
        pytest.param("- a\n", "1: the policy: must be a mapping of `key: value`", id="a list"),
        pytest.param("groups: {}\n", "1: the policy: `version` is missing", id="no version"),
        pytest.param("version: 2\n", "1: version: must be 1", id="another version"),
        pytest.param("version: true\n", "1: version: must be 1", id="a yes as version"),
        pytest.param("version: '1'\n", "1: version: must be 1", id="a text as version"),
        pytest.param("version: 1\ngroup: {}\n", "2: the policy: unknown key `group`; did you mean `groups`?", id="top"),
        pytest.param("version: 1\ngroups:\n", "2: groups: has no value; give it one", id="no value"),
        pytest.param("version: 1\nversion: 1\n", "2: `version` is here twice, first on line 1", id="a key twice"),
        pytest.param("version: 1\n---\nversion: 1\n", "2: a second document starts here", id="two documents"),
        pytest.param("a: &x [1]\nb: *x\n", "2: the alias `*x` is not supported", id="an alias"),
        pytest.param("version: 1\ngroups: {<<: {a: 1}}\n", "2: merging with `<<` is not supported", id="a merge"),
        pytest.param("version: 1\n? [a]\n: 1\n", "2: a key is a word", id="a list as key"),
        pytest.param(
            "version: 1\ngroups: {on: {members: []}}\n", "2: YAML does not read the key `on` as text", id="on"
        ),
        pytest.param(
            "version: 1\ngroups: !!python/name:os.system {}\n",
            "2: `tag:yaml.org,2002:python/name",
            id="tag on a mapping",
        ),
        pytest.param("version: !!python/name:os.system 1\n", "1: `tag:yaml.org,2002:python/name:os.system`", id="tag"),
        pytest.param("version: !!int one\n", "1: `tag:yaml.org,2002:int` cannot be read", id="not that number"),
        pytest.param("version: 1\n a: b\n", "2: this is not YAML", id="bad indentation"),
        pytest.param("version: 1\nx: \x07\n", "2: this has a character that YAML does not allow", id="control"),
        pytest.param("[" * 5000, "1: this is nested deeper than 40 levels", id="a nesting bomb"),
        pytest.param("version: 1\ngroups: [a]\n", "2: groups: must be a mapping", id="groups as a list"),
        pytest.param("version: 1\nassignments: {}\n", "2: assignments: must be a list", id="assignments as a mapping"),
    ],
)
def test_a_document_that_is_no_policy_is_refused_with_the_line(text: str, finding: str) -> None:
    assert any(one.startswith(f"policy.yaml:{finding}") for one in findings_of(text)), findings_of(text)


@pytest.mark.parametrize(
    ("members", "finding"),
    [
        ("[{departement: X}]", "groups.staff.members[0]: unknown key `departement`; did you mean `department`?"),
        ("[{salary: X}]", "groups.staff.members[0]: unknown key `salary`; known are `cost_centre`, `department`"),
        ("[{}]", "groups.staff.members[0]: selects nobody: name an attribute, or say `everyone`"),
        ("all", "groups.staff.members: must be a list"),
        ("[{department: 7}]", "groups.staff.members[0].department[0]: must be text, but YAML reads 7 as a number"),
        ("[{department: {a: b}}]", "groups.staff.members[0].department: must be a list"),
        (
            "[{department: [7]}]",
            "groups.staff.members[0].department[0]: must be text, but YAML reads 7 as a number; put",
        ),
        (
            "[{department: [no]}]",
            "department[0]: must be text, but YAML reads no as a yes or no; put it in quotes: 'no'",
        ),
        ("[{department: []}]", "groups.staff.members[0].department: is empty; name at least one"),
        ("[{department: ' '}]", "groups.staff.members[0].department[0]: is empty"),
    ],
)
def test_members_that_cannot_be_meant_are_refused(members: str, finding: str) -> None:
    (found,) = findings_of(f"version: 1\ngroups: {{staff: {{members: {members}}}}}\n")
    assert finding in found


@pytest.mark.parametrize("name", ["a/b", "a#b", "'a\\tb'", "x" * 129, "' a'", "''", '"a\\u202eb"', "AWSAdministrators"])
def test_a_group_name_that_cannot_be_kept_apart_or_created_is_refused(name: str) -> None:
    name = name.replace("'a\\tb'", '"a\\tb"')
    (found,) = findings_of(f"version: 1\ngroups:\n  {name}: {{members: []}}\n")
    assert found.startswith("policy.yaml:3: groups.")


def test_group_names_that_differ_in_case_only_are_refused() -> None:
    (found,) = findings_of("version: 1\ngroups:\n  Staff: {members: []}\n  staff: {members: []}\n")
    assert found == "policy.yaml:4: groups.staff: differs from `Staff` in letter case only; rename one of them"


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ("{managed_policy: [X]}", "ViewOnly: unknown key `managed_policy`; did you mean `managed_policies`?"),
        ("{description: 'a \u2013 b'}", "description: is not a description AWS takes"),
        (f"{{description: {'x' * 701}}}", "description: is not a description AWS takes"),
        ("{description: ''}", "description: is empty"),
        ("{session_duration: PT59M}", "session_duration: `PT59M` is not a session duration"),
        ("{session_duration: PT12H1S}", "session_duration: `PT12H1S` is not a session duration"),
        ("{session_duration: P1D}", "session_duration: `P1D` is not a session duration"),
        ("{session_duration: 8}", "session_duration: must be text, but YAML reads 8 as a number"),
        ("{relay_state: 'https://x/ä'}", "relay_state: is not a relay state"),
        ("{managed_policies: ViewOnlyAccess}", "managed_policies: must be a list"),
        ("{managed_policies: ['a b']}", "managed_policies[0]: `a b` is not a managed policy"),
        ("{managed_policies: [/ViewOnlyAccess]}", "managed_policies[0]: `/ViewOnlyAccess` is not a managed policy"),
        ("{managed_policies: ['arn:aws:iam::123456789012:policy/x']}", "policy/x` is not one of AWS's own policies"),
        ("{managed_policies: [Billing, job-function/Billing]}", "has `job-function/Billing` twice"),
        (f"{{managed_policies: [{', '.join(f'P{n}' for n in range(26))}]}}", "has 26 policies: AWS takes 25"),
        ("{inline_policy: 'not json'}", "inline_policy: is not JSON"),
        ("{inline_policy: {Action: x}}", "inline_policy: is not an IAM policy"),
        ("{inline_policy: [Statement]}", "inline_policy: is not an IAM policy"),
        ("{inline_policy: {Statement: .nan}}", "inline_policy: is not JSON"),
        (f"{{inline_policy: {{Statement: {'x' * 10_240}}}}}", "inline_policy: has 10,256 bytes without white space"),
    ],
)
def test_a_permission_set_that_aws_would_refuse_is_refused_here(body: str, finding: str) -> None:
    (found,) = findings_of(permission_set(body))
    assert found.startswith("policy.yaml:3: permission_sets.ViewOnly")
    assert finding in found


def test_twenty_five_policies_and_the_longest_inline_policy_are_taken() -> None:
    most = ", ".join(f"P{n}" for n in range(25))
    (one,) = read(permission_set(f"{{managed_policies: [{most}]}}")).permission_sets
    assert len(one.managed_policies) == 25
    (one,) = read(permission_set(f"{{inline_policy: {{Statement: {'x' * 10_224}}}}}")).permission_sets
    assert len(one.inline_policy) == 10_240


@pytest.mark.parametrize("name", ["x" * 33, "View Only", "Sicht_für_alle", "a/b"])
def test_a_permission_set_name_that_aws_would_refuse_is_refused_here(name: str) -> None:
    (found,) = findings_of(f"version: 1\npermission_sets: {{{name}: {{}}}}\n")
    assert found.startswith(f"policy.yaml:2: permission_sets.{name}: is not a permission set name: use 1 to 32")


@pytest.mark.parametrize(
    ("accounts", "finding"),
    [
        ("[{}]", "accounts[0]: selects nothing"),
        ("[]", "accounts: is empty; name at least one"),
        ("[{id: 012345670123}]", "YAML reads 012345670123 as a number; put it in quotes: '012345670123'"),
        ("[{id: [123456789012]}]", "YAML reads 123456789012 as a number; put it in quotes: '123456789012'"),
        ("[{id: '12345'}]", "accounts[0].id[0]: `12345` is not an account id"),
        ("[{ou: Workloads}]", "accounts[0].ou[0]: `Workloads` is not an OU path"),
        ("[{ou: /a/**/b}]", "accounts[0].ou[0]: `/a/**/b` is not an OU path"),
        ("[{ou: /a/}]", "accounts[0].ou[0]: `/a/` is not an OU path"),
        ("[{tags: {}}]", "accounts[0].tags: is empty"),
        ("[{tags: {env: []}}]", "accounts[0].tags.env: is empty"),
        ("[{regions: x}]", "accounts[0]: unknown key `regions`; known are `id`, `name`, `ou`, `tags`"),
    ],
)
def test_accounts_that_cannot_be_meant_are_refused(accounts: str, finding: str) -> None:
    (found,) = findings_of(assignment(accounts))
    assert finding in found


@pytest.mark.parametrize("ou", ["/", "/**", "/Workloads", "/Work*/Dev", "/Workloads/**"])
def test_ou_paths_are_taken(ou: str) -> None:
    (rule,) = read(assignment(f"[{{ou: '{ou}'}}]")).assignments
    assert rule.accounts[0].ous == (ou,)


def test_an_assignment_of_what_the_policy_does_not_have_is_refused_with_the_nearest_name() -> None:
    found = findings_of("""\
        version: 1
        groups: {engineers: {members: everyone}}
        assignments:
          - group: enginers
            permission_set: ViewOnly
            accounts: [{ou: /**}]
        """)
    assert found == (
        "policy.yaml:4: assignments[0].group: there is no `enginers` under `groups`; did you mean `engineers`?",
        "policy.yaml:5: assignments[0].permission_set: there is no `ViewOnly` under `permission_sets`; there are none",
    )


@pytest.mark.parametrize(
    ("guardrails", "finding"),
    [
        ("{removals: {percent: 10}}", "guardrails.removals: is not enforced yet, so it would protect nothing"),
        ("{unmanaged: remove}", "guardrails.unmanaged: `remove` is not carried out yet: say `report`"),
        ("{unmanaged: ignore}", "guardrails.unmanaged: must be `report`"),
        ("{protect: {group: [a]}}", "guardrails.protect: unknown key `group`; did you mean `groups`?"),
        ("{protect: {accounts: [1]}}", "guardrails.protect.accounts[0]: must be text"),
        ("{protected: {}}", "guardrails: unknown key `protected`; did you mean `protect`?"),
    ],
)
def test_a_guardrail_that_would_not_hold_is_refused(guardrails: str, finding: str) -> None:
    (found,) = findings_of(f"version: 1\nguardrails: {guardrails}\n")
    assert finding in found


def test_every_mistake_is_told_at_once_in_reading_order() -> None:
    lines = [
        int(found.split(":")[1])
        for found in findings_of("""\
            version: 3
            groups:
              staff: {member: []}
              staff: {members: []}
            assignments:
              - {group: stuff, permission_set: X, accounts: [{id: "1"}]}
            guardrails: {removals: 5}
            """)
    ]
    assert lines == [1, 3, 3, 4, 6, 6, 6, 7]


def test_thousands_of_mistakes_are_answered_in_a_bounded_list() -> None:
    found = findings_of("version: 1\n" + "".join(f"k{n}: {'x' * 90}\n" for n in range(1000)))
    assert len(found) == 201
    assert found[-1] == "policy.yaml: and 800 more mistakes that are not listed"


def test_every_example_in_the_guide_is_a_policy() -> None:
    examples = re.findall(r"```yaml\n(version: 1\n.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(examples) >= 2
    for example in examples:
        assert read(example).groups


def test_every_key_is_in_the_guide() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    keys = set(re.findall(r"^\| `([a-z_]+)` \|", guide, flags=re.MULTILINE))
    assert {"members", "managed_policies", "ou", "protect", *SELECTABLE} <= keys
