"""A policy in several files: one policy, and what two files may not both say."""

from dayone.model.inventory import DriftKind
from dayone.model.policy.rules import Guardrails, Location
from tests.unit.policy_texts import findings_of, read

_GROUPS = "version: 1\ngroups: {staff: {members: everyone}}\n"
_SETS = "version: 1\npermission_sets: {ViewOnly: {}}\n"
_WHO = "version: 1\nassignments: [{group: staff, permission_set: ViewOnly, accounts: [{ou: /**}]}]\n"


def test_a_rule_may_use_what_another_file_defines() -> None:
    policy = read(_WHO, groups=_GROUPS, sets=_SETS)
    assert policy.groups[0].location == Location("groups.yaml", 2)
    assert policy.permission_sets[0].location == Location("sets.yaml", 2)
    assert policy.assignments[0].location == Location("policy.yaml", 2)


def test_files_count_in_the_order_of_their_names() -> None:
    policy = read("version: 1\ngroups: {b: {members: []}}\n", a="version: 1\ngroups: {a: {members: []}}\n")
    assert [group.name for group in policy.groups] == ["a", "b"]


def test_what_no_file_defines_is_told_where_it_is_named() -> None:
    (found,) = findings_of(_WHO.replace("staff", "stuff"), groups=_GROUPS, sets=_SETS)
    assert found == (
        "policy.yaml:2:16: assignments[0].group: there is no `stuff` under `groups`; did you mean `staff`?"
    )


def test_a_group_in_two_files_is_refused_with_both_places() -> None:
    (found,) = findings_of(_GROUPS, groups=_GROUPS)
    assert found == "policy.yaml:2:10: groups.staff: is defined at groups.yaml:2 as well; keep one of the two"


def test_groups_of_two_files_that_are_called_the_same_are_refused_with_both_places() -> None:
    (found,) = findings_of("version: 1\ngroups: {crew: {name: Staff, members: []}}\n", groups=_GROUPS)
    assert "groups.crew: has the name of `staff` at groups.yaml:2 in AWS, `Staff`" in found


def test_permission_sets_of_two_files_that_differ_in_case_only_are_refused_with_both_places() -> None:
    (found,) = findings_of(_SETS.lower().replace("viewonly", "viewonly"), sets=_SETS)
    assert "permission_sets.ViewOnly: differs from `viewonly` at policy.yaml:2 in letter case only" in found


def test_guardrails_in_two_files_are_refused_with_both_places() -> None:
    (found,) = findings_of("version: 1\nguardrails: {}\n", rails="version: 1\n\nguardrails: {}\n")
    assert found == "rails.yaml:3:1: guardrails: are at policy.yaml:2 as well; keep all of them in one file"


def test_guardrails_of_any_file_count() -> None:
    policy = read(_GROUPS, rails="version: 1\nguardrails: {removals: {percent: 1}, protect: {people: [e-1]}}\n")
    assert policy.guardrails == Guardrails(percent=1, at_least=5)
    assert policy.protection.people == {"e-1"}


def test_the_mistakes_of_all_files_are_told_at_once() -> None:
    found = findings_of("version: 1\ngroup: {}\n", a="version: 2\n", b="- x\n", c=" a: b\n c\n", d="")
    assert [name.split(" ")[0] for name in found] == [
        "a.yaml:1:1:",
        "b.yaml:1:1:",
        "c.yaml:3:1:",
        "d.yaml:1:1:",
        "policy.yaml:2:1:",
    ]


def test_what_a_file_defines_that_cannot_be_read_is_not_missed_elsewhere() -> None:
    (found,) = findings_of(_WHO, groups="version: 1\ngroups: {staff: {\n", sets=_SETS)
    assert found.startswith("groups.yaml:3:1: this is not YAML")


def test_an_empty_policy_is_one() -> None:
    policy = read("version: 1\n")
    assert (policy.groups, policy.permission_sets, policy.assignments) == ((), (), ())


def test_what_is_done_about_drift_is_in_one_file_and_reported_by_default() -> None:
    assert read("version: 1\n").repairs == frozenset()
    policy = read("version: 1\n", drift="version: 1\ndrift: {missing: repair, changed: report}\n")
    assert policy.repairs == {DriftKind.MISSING}
    assert not policy.guardrails.removes_unmanaged
    assert read("version: 1\nguardrails: {unmanaged: remove}\n").guardrails.removes_unmanaged
    (finding,) = findings_of("version: 1\ndrift: {}\n", a="version: 1\ndrift: {missing: repair}\n")
    assert "drift: is at a.yaml:2 as well; keep all of them in one file" in finding
