"""A whole policy, and reports of its mistakes."""

import json

from dayone.model.people import SELECTABLE
from dayone.model.policy.rules import AccountSelector, Condition, Location, PersonSelector, Protection
from dayone.policy.language.selectors import PersonShape
from tests.unit.policy_texts import WHOLE, findings_of, permission_set, read


def test_a_whole_policy_is_read_with_the_line_of_every_rule() -> None:
    policy = read(WHOLE)
    engineers, staff, nobody = policy.groups
    assert (engineers.name, engineers.description, engineers.location) == (
        "engineers",
        "Everyone who builds",
        Location("policy.yaml", 3),
    )
    assert engineers.members == (
        PersonSelector(
            (
                Condition("department", any_of=("Engineering", "Data")),
                Condition("employment", any_of=("employee",)),
            ),
            Location("policy.yaml", 6),
        ),
        PersonSelector((Condition("title", any_of=("*SRE*",)),), Location("policy.yaml", 7)),
    )
    assert staff.members == (PersonSelector((), Location("policy.yaml", 9)),)
    assert nobody.members == ()
    (rule,) = policy.assignments
    assert (rule.group, rule.permission_set, rule.location.line) == ("engineers", "ViewOnly", 23)
    assert rule.accounts == (
        AccountSelector(
            Location("policy.yaml", 26), ous=("/Workloads/**",), tags=(Condition("env", any_of=("dev", "staging")),)
        ),
        AccountSelector(Location("policy.yaml", 27), ids=("123456789012",), names=("sandbox-*",)),
    )


def test_a_whole_policy_has_its_version_and_what_it_protects() -> None:
    policy = read(WHOLE)
    assert policy.version == 7
    assert policy.protection == Protection(
        people=frozenset({"e-1"}), groups=frozenset({"break-glass"}), accounts=frozenset({"999999999999"})
    )


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
    assert lines == [1, 3, 4, 6, 6, 6, 7]


def test_thousands_of_mistakes_are_answered_in_a_bounded_list() -> None:
    found = findings_of("version: 1\n" + "".join(f"k{n}: {'x' * 90}\n" for n in range(1000)))
    assert len(found) == 201
    assert found[-1] == "policy.yaml: and 800 more mistakes that are not listed"
