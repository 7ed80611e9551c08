"""`dayone policy check` refuses rules that can match nothing, whatever HR and Organizations say."""

from pathlib import Path

import pytest

from dayone.policy.language.parser import read_policy
from dayone.policy.unmatchable_rules import unmatchable_rules
from tests.unit.cli_runs import dayone
from tests.unit.policy_texts import WHOLE

NOWHERE = "http://127.0.0.1:9"


def members(text: str) -> str:
    return f"version: 1\ngroups:\n  staff:\n    members: [{text}]\n"


def accounts(text: str) -> str:
    return f"""\
version: 1
groups: {{staff: {{members: everyone}}}}
permission_sets: {{V: {{managed_policies: [ViewOnlyAccess]}}}}
assignments:
  - {{group: staff, permission_set: V, accounts: [{text}]}}
"""


@pytest.mark.parametrize(
    ("case", "policy", "finding"),
    [
        (
            "typographic quotes",
            members("{department: “Sales”}"),
            "4:1: department: the typographic quotes of `“Sales”` are part of the text: write `Sales`",
        ),
        (
            "of another language, around a glob",
            members("{title: [Engineer, „*Ingenieur*“]}"),
            "4:1: title: the typographic quotes of `„*Ingenieur*“` are part of the text: write `*Ingenieur*`",
        ),
        (
            "in an account's name",
            accounts("{name: ”sandbox-*”}"),
            "5:1: name: the typographic quotes of `”sandbox-*”` are part of the text: write `sandbox-*`",
        ),
        (
            "in a tag's value",
            accounts("{tags: {env: {not: «prod»}}}"),
            "5:1: tags.env: the typographic quotes of `«prod»` are part of the text: write `prod`",
        ),
        (
            "in what is protected",
            "version: 1\nguardrails:\n  protect:\n    users:\n      - “root”\n",
            "5:1: protect.users: the typographic quotes of `“root”` are part of the text: write `root`",
        ),
        (
            "a blank at the end",
            members('{department: "Sales "}'),
            "4:1: department: `Sales ` can never match, because no value has a blank or a line end at either end",
        ),
        ("a line end", members("{team: |-\n      x\n}").replace("|-\n      x\n", '"SRE\\n"'), "4:1: team: `SRE\n`"),
        ("a domain for an address", members("{email: example.com}"), "4:1: email: `example.com` can never match"),
        ("a blank in an address", members("{email: 'a b@example.com'}"), "4:1: email: `a b@example.com` can never"),
        ("a blank in a user name", members("{user_name: 'ada l*'}"), "4:1: user_name: `ada l*` can never match"),
        ("what no id has", members("{id: 'e/1'}"), "4:1: id: `e/1` can never match"),
        ("what is excluded", members("{title: {any: [Intern], not: ['Int*']}}"), "4:1: title: can never match"),
        ("a tag that is excluded", accounts("{tags: {env: {any: dev, not: DEV}}}"), "5:1: tags.env: can never match"),
        ("all that is excluded", members("{title: {any: '*SRE*', not: '*'}}"), "4:1: title: can never match"),
        (
            "who is excepted just so",
            "version: 1\ngroups:\n  staff:\n    members: [{team: SRE}]\n    except: [{team: SRE}]\n",
            "4:1: groups.staff: can never match, because `except` leaves all of it out",
        ),
        (
            "a person who is excepted by id",
            "version: 1\ngroups:\n  staff:\n    people: [e-1, e-2]\n    except: [{id: 'E-1'}]\n",
            "4:1: groups.staff: can never match, because `except` leaves all of it out",
        ),
        (
            "accounts that are excepted just so",
            accounts("{ou: /Dev}").replace("[{ou: /Dev}]", "[{ou: /Dev}, {ou: /Ops}], except: [{ou: /Dev}]"),
            "5:1: accounts: can never match, because `except` leaves all of it out",
        ),
        ("what is there and no text", members("{title: {present: true, not: '*'}}"), "4:1: title: can never match"),
    ],
)
def test_a_rule_that_can_match_nothing_is_a_mistake(case: str, policy: str, finding: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(policy, encoding="utf-8")
    ended = dayone("policy", "check", file, api=NOWHERE)
    assert (ended.code, "1 mistake" in ended.err) == (1, True), case
    assert f"policy.yaml:{finding}" in ended.err, case


@pytest.mark.parametrize(
    "policy",
    [
        WHOLE,
        members("{department: 'Sales [EMEA]', title: 'The “Fixer” of it', location: '* [HQ]'}"),
        members("{title: {any: ['*Engineer*'], not: ['Junior*']}}"),
        members("{title: {any: [Engineer, Intern], not: [Intern]}}"),
        members("{title: {not: '*'}}"),
        "version: 1\ngroups:\n  staff:\n    members: [{team: SRE}]\n    except: [{team: SRE, title: X}]\n",
        "version: 1\ngroups:\n  staff:\n    people: [e-1]\n    except: [{id: e-1, team: SRE}, {id: e-2}]\n",
        members("{email: ['*example.com', a?example.com, '[ab]@example.com']}"),
        members("{id: ['[ab]-1', 'E-*'], user_name: ada}"),
        accounts("{name: 'Data Lake [EU]', tags: {owner: ' x '}}"),
    ],
)
def test_a_rule_that_may_match_is_none(policy: str) -> None:
    assert unmatchable_rules(read_policy({"policy.yaml": policy}, version=0)) == ()


def test_a_permission_set_that_no_assignment_gives_is_a_note(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(accounts("{ou: /**}").replace("{V:", "{W: {}, X: {}, V:"))
    ended = dayone("policy", "check", file, api=NOWHERE)
    note, summary = ended.out.splitlines()
    assert ended.code == 0
    assert note.endswith("policy.yaml:3: no assignment gives `W`, `X`: only a grant can")
    assert summary.startswith("No mistakes in 1 file")


def test_a_policy_in_force_with_such_a_rule_is_read_as_before() -> None:
    policy = read_policy({"policy.yaml": members("{department: “Sales”}")}, version=3)
    assert policy.groups[0].members[0].conditions[0].any_of == ("“Sales”",)
