"""Five service control policies fit on a target: what the check says of those that are to have one more."""

from dataclasses import dataclass, field

import pytest

from dayone.errors import NotFound, Refused
from dayone.setup.findings import Finding
from dayone.setup.organization import session_policy_fits

OURS = "dayone-session-revocation"


@dataclass
class _Targets:
    """The names of the policies on each target; an error in `fails` is raised instead."""

    on: dict[str, set[str]] = field(default_factory=dict)
    fails: Exception | None = None

    def roots(self) -> list[str]:
        if self.fails:
            raise self.fails
        return [target for target in self.on if target.startswith("r-")]

    def policies_on(self, target: str) -> frozenset[str]:
        if target not in self.on:
            raise NotFound("TargetNotFoundException: You specified a target that doesn't exist.")
        return frozenset(self.on[target])


def _others(count: int) -> set[str]:
    return {f"guardrail-{number}" for number in range(count)}


def _found(targets: _Targets, *asked: str) -> Finding:
    return session_policy_fits(asked, policy=OURS, sight=targets)


@pytest.mark.parametrize(
    ("policies", "state", "says"),
    [
        (_others(4), "ok", "ou-1 has 4 of 5"),
        (_others(5), "error", "ou-1 has no room, and the deployment would fail"),
        (_others(4) | {OURS}, "ok", "ou-1 has 5 of 5"),
    ],
)
def test_a_target_has_room_for_one_more_or_has_it_already(policies: set[str], state: str, says: str) -> None:
    finding = _found(_Targets({"r-1": set(), "ou-1": policies}), "ou-1")
    assert (str(finding.state), says in finding.message, bool(finding.do)) == (state, True, state != "ok")


def test_without_a_word_about_targets_the_root_is_looked_at_and_stops_nobody() -> None:
    assert _found(_Targets({"r-1": _others(2)})).message == "service control policies: r-1 has 2 of 5"
    assert str(_found(_Targets({"r-1": _others(5)})).state) == "warning"


def test_a_target_that_is_not_there_is_named() -> None:
    finding = _found(_Targets({"r-1": set()}), "r-1", "ou-9")
    assert (str(finding.state), "there is no ou-9" in finding.message) == ("error", True)


def test_what_cannot_be_read_is_unknown() -> None:
    found = _found(_Targets(fails=Refused("AccessDeniedException: User arn:aws:x is not")))
    assert (str(found.state), "organizations:ListPoliciesForTarget" in found.do) == ("unknown", True)
    assert "arn:" not in str(found)
