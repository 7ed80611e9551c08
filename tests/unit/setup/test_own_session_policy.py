"""The policy that ends live sessions, as a stack asks for it: made once, attached exactly, deleted with the stack."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from dayone.errors import AccessDenied, Conflicting, Refused, Throttled
from dayone.ports.organizations import OwnedPolicy
from dayone.setup.session_policy import (
    OwnSessionPolicy,
    SessionPolicyRequest,
    StackAction,
    own_session_policy,
    policy_name,
)
from tests.builders import NOON
from tests.fakes.sso.session_policy import MemoryPolicyStore, MemoryStackAnswers

NAME, OWNER = "dayone-session-revocation", "arn:aws:cloudformation:eu-central-1:111122223333:stack/dayone"
CREATE = SessionPolicyRequest(action=StackAction.CREATE, name=NAME, owner=OWNER, targets=("r-ab12",))
UPDATE = replace(CREATE, action=StackAction.UPDATE)
DELETE = replace(CREATE, action=StackAction.DELETE)


@dataclass
class _Stack:
    """A stack whose requests are carried out, in an organization with a root and two units."""

    store: MemoryPolicyStore = field(default_factory=MemoryPolicyStore)
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.store.on |= {"ou-ab12-1": set(), "ou-ab12-2": set()}

    def asks(self, request: SessionPolicyRequest, *targets: str) -> OwnedPolicy | None:
        asked = replace(request, targets=targets) if targets else request
        ports = OwnSessionPolicy(
            store=self.store, answers=MemoryStackAnswers(), clock=lambda: self.now, sleep=self._sleep
        )
        return own_session_policy(asked, ports=ports, deadline=self.now + timedelta(minutes=2))

    def attached(self) -> set[str]:
        policy = self.store.named.get(NAME)
        return set(self.store.targets_of(policy.id)) if policy else set()

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def test_its_name_is_the_stacks_and_never_too_long() -> None:
    assert policy_name("dayone") == NAME
    assert len(policy_name("x" * 128)) == 128
    assert policy_name("x" * 128).endswith("-session-revocation")


def test_it_is_made_and_attached() -> None:
    stack = _Stack()
    policy = stack.asks(CREATE, "r-ab12", "ou-ab12-1")
    assert policy == stack.store.named[NAME]
    assert stack.attached() == {"r-ab12", "ou-ab12-1"}


def test_the_same_request_again_changes_nothing() -> None:
    stack = _Stack()
    assert stack.asks(CREATE) == stack.asks(CREATE) == stack.asks(UPDATE)
    assert stack.attached() == {"r-ab12"}


def test_it_moves_from_one_target_to_another_as_the_same_policy() -> None:
    stack = _Stack()
    before = stack.asks(CREATE, "r-ab12", "ou-ab12-1")
    assert stack.asks(UPDATE, "ou-ab12-1", "ou-ab12-2") == before
    assert stack.attached() == {"ou-ab12-1", "ou-ab12-2"}


def test_what_was_deleted_by_hand_is_made_again() -> None:
    stack = _Stack()
    stack.asks(CREATE)
    policy = stack.store.named.pop(NAME)
    stack.store.on["r-ab12"].discard(policy.id)
    assert stack.asks(UPDATE) != policy
    assert stack.attached() == {"r-ab12"}


def test_it_is_detached_from_everything_and_deleted() -> None:
    stack = _Stack()
    stack.asks(CREATE, "r-ab12", "ou-ab12-1")
    for _ in range(2):
        assert stack.asks(DELETE) is None
        assert stack.store.named == {}


def test_what_an_earlier_stack_of_the_same_name_has_left_is_taken_over() -> None:
    stack = _Stack()
    left = stack.store.create(NAME, owner=OWNER)
    assert stack.asks(CREATE) == left


@pytest.mark.parametrize(
    ("owner", "whose"), [("", "was not made by a stack"), (OWNER.replace("eu-central", "eu-west"), "eu-west-1")]
)
def test_somebody_elses_policy_of_that_name_is_refused_and_stays(owner: str, whose: str) -> None:
    stack = _Stack()
    stack.store.is_anothers(NAME, owner=owner)
    others = stack.store.named[NAME]
    with pytest.raises(Refused, match=whose):
        stack.asks(CREATE)
    # CloudFormation then asks for what was refused to be deleted.
    stack.asks(DELETE)
    assert stack.store.named == {NAME: others}
    assert stack.attached() == set()


def test_a_full_target_is_refused_before_anything_is_made() -> None:
    stack = _Stack()
    stack.store.on["ou-ab12-1"] = {f"p-{number}" for number in range(5)}
    with pytest.raises(Refused, match="ou-ab12-1 has 5 service control policies"):
        stack.asks(CREATE, "r-ab12", "ou-ab12-1")
    assert stack.store.named == {}


def test_a_target_that_is_full_with_it_is_not_in_the_way() -> None:
    stack = _Stack()
    stack.asks(CREATE)
    stack.store.on["r-ab12"] |= {f"p-{number}" for number in range(3)}
    assert stack.asks(UPDATE, "r-ab12", "ou-ab12-1")
    assert len(stack.store.on["r-ab12"]) == 5


def test_a_target_that_does_not_exist_is_named_and_nothing_is_made() -> None:
    stack = _Stack()
    with pytest.raises(Refused, match="there is no ou-ab12-9"):
        stack.asks(CREATE, "r-ab12", "ou-ab12-9")
    assert stack.store.named == {}


def test_a_creation_that_is_refused_half_way_leaves_nothing() -> None:
    stack = _Stack()
    stack.store.fails["attach"] = [Refused("PolicyTypeNotEnabledException: not enabled")]
    with pytest.raises(Refused, match="PolicyTypeNotEnabled"):
        stack.asks(CREATE)
    assert (stack.store.named, stack.attached()) == ({}, set())


def test_a_move_that_is_refused_leaves_it_where_it_was() -> None:
    stack = _Stack()
    stack.asks(CREATE)
    stack.store.fails["attach"] = [Refused("ConstraintViolationException: no")]
    with pytest.raises(Refused):
        stack.asks(UPDATE, "ou-ab12-1")
    assert stack.attached() == {"r-ab12"}


@pytest.mark.parametrize(
    "error",
    [
        Throttled("TooManyRequestsException: slow down"),
        Conflicting("ConcurrentModificationException: try again"),
        AccessDenied("AccessDeniedException: the role was made a second ago"),
    ],
)
@pytest.mark.parametrize("method", ["find", "create", "attach"])
def test_what_passes_is_tried_again(method: str, error: Exception) -> None:
    stack = _Stack()
    stack.store.fails[method] = [error, error]
    assert stack.asks(CREATE)
    assert stack.attached() == {"r-ab12"}
    assert len(stack.store.named) == 1


def test_what_does_not_pass_in_time_is_the_reason() -> None:
    stack = _Stack()
    stack.store.fails["find"] = [Throttled("TooManyRequestsException: slow down")] * 100
    with pytest.raises(Throttled):
        stack.asks(CREATE)
    assert stack.now - NOON < timedelta(minutes=2)
