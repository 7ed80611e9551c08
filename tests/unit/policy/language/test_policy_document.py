"""Texts that are no policy at all, and YAML's traps."""

import pytest

from tests.unit.policy_texts import findings_of


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        pytest.param("", "1:1: the policy is empty: it starts with `version: 1`", id="empty"),
        pytest.param("# nothing\n", "1:1: the policy is empty", id="comments only"),
        pytest.param("- a\n", "1:1: the policy: must be a mapping of `key: value`", id="a list"),
        pytest.param("groups: {}\n", "1:1: the policy: `version` is missing", id="no version"),
        pytest.param("version: 2\n", "1:1: version: must be 1", id="another version"),
        pytest.param("version: true\n", "1:1: version: must be 1", id="a yes as version"),
        pytest.param("version: '1'\n", "1:1: version: must be 1", id="a text as version"),
        pytest.param(
            "version: 1\ngroup: {}\n", "2:1: the policy: unknown key `group`; did you mean `groups`?", id="top"
        ),
        pytest.param("version: 1\ngroups:\n", "2:1: groups: has no value; give it one", id="no value"),
        pytest.param("version: 1\nversion: 1\n", "2:1: `version` is here twice, first on line 1", id="a key twice"),
        pytest.param("version: 1\n---\nversion: 1\n", "2:1: a second document starts here", id="two documents"),
        pytest.param("a: &x [1]\nb: *x\n", "2:4: the alias `*x` is not supported", id="an alias"),
        pytest.param("version: 1\ngroups: {<<: {a: 1}}\n", "2:10: merging with `<<` is not supported", id="a merge"),
        pytest.param("version: 1\n? [a]\n: 1\n", "2:3: a key is a word", id="a list as key"),
        pytest.param(
            "version: 1\ngroups: {on: {members: []}}\n", "2:10: YAML does not read the key `on` as text", id="on"
        ),
        pytest.param(
            "version: 1\ngroups: !!python/name:os.system {}\n",
            "2:9: `tag:yaml.org,2002:python/name",
            id="tag on a mapping",
        ),
        pytest.param(
            "version: !!python/name:os.system 1\n", "1:10: `tag:yaml.org,2002:python/name:os.system`", id="tag"
        ),
        pytest.param("version: !!int one\n", "1:10: `tag:yaml.org,2002:int` cannot be read", id="not that number"),
        pytest.param("version: 1\n a: b\n", "2:3: this is not YAML", id="bad indentation"),
        pytest.param("version: 1\nx: \x07\n", "2:4: this has a character that YAML does not allow", id="control"),
        pytest.param("[" * 5000, "1:41: this is nested deeper than 40 levels", id="a nesting bomb"),
        pytest.param("version: 1\ngroups: [a]\n", "2:1: groups: must be a mapping", id="groups as a list"),
        pytest.param(
            "version: 1\nassignments: {}\n", "2:1: assignments: must be a list", id="assignments as a mapping"
        ),
    ],
)
def test_a_document_that_is_no_policy_is_refused_with_the_place(text: str, finding: str) -> None:
    assert any(name.startswith(f"policy.yaml:{finding}") for name in findings_of(text)), findings_of(text)
