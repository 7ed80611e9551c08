"""Create, attach, detach and delete the service control policy that revokes live sessions, for the template."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dayone.errors import DayOneError, NotFound, Refused, Unavailable
from dayone.ports.organizations import OwnedPolicy, SessionPolicyStore
from dayone.ports.setup import StackAnswers

# Source: AWS Organizations User Guide, "Quotas and service limits": service control policies that are attached to a
# root, an organizational unit, or an account.
MOST_POLICIES_ON_A_TARGET = 5
_SUFFIX = "-session-revocation"
# Source: AWS Organizations API Reference, CreatePolicy. The name of a stack may be as long.
_LONGEST_NAME = 128


class StackAction(StrEnum):
    """CloudFormation's actions on a resource, in its own words."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, kw_only=True)
class SessionPolicyRequest:
    """The policy a stack is to have: its name, the stack, and what exactly it is attached to."""

    action: StackAction
    name: str
    owner: str
    targets: tuple[str, ...]


def policy_name(stack: str) -> str:
    """Return the name of a stack's policy; a tag names the stack, in case two names are cut to the same."""
    return f"{stack[: _LONGEST_NAME - len(_SUFFIX)]}{_SUFFIX}"


@dataclass(frozen=True, kw_only=True)
class OwnSessionPolicy:
    """Ports of the stack's own policy."""

    store: SessionPolicyStore
    answers: StackAnswers
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]


def own_session_policy(
    request: SessionPolicyRequest, *, ports: OwnSessionPolicy, deadline: datetime
) -> OwnedPolicy | None:
    """Carry the request out; the same request again is harmless. None when the policy is deleted.

    What may pass is tried again until `deadline`. Raises DayOneError with the reason; nothing is left half done then.
    """
    carry_out = _delete if request.action is StackAction.DELETE else _attach_exactly
    return retry_until(deadline, lambda: carry_out(request, store=ports.store), clock=ports.clock, sleep=ports.sleep)


def _attach_exactly(request: SessionPolicyRequest, *, store: SessionPolicyStore) -> OwnedPolicy:
    existing = store.find(request.name)
    if existing is not None and existing.owner != request.owner:
        whose = f"belongs to {existing.owner}" if existing.owner else "was not made by a stack of Day One"
        refusal = f"a service control policy {request.name} exists and {whose}: rename or delete it, then deploy again"
        raise Refused(refusal)
    attached = store.targets_of(existing.id) if existing else frozenset()
    missing = [target for target in request.targets if target not in attached]
    # While nothing is made yet: AWS would refuse half-way.
    for target in missing:
        try:
            count = len(store.policies_on(target))
        except NotFound as error:
            raise Refused(f"EndedSessionsTargets: there is no {target} in the organization ({error})") from error
        if count >= MOST_POLICIES_ON_A_TARGET:
            raise Refused(
                f"EndedSessionsTargets: {target} has {count} service control policies, and AWS allows "
                f"{MOST_POLICIES_ON_A_TARGET}: detach one, or merge two, or name another target"
            )
    policy = existing or store.create(request.name, owner=request.owner)
    try:
        for target in missing:
            store.attach(policy.id, target=target)
    except DayOneError:
        _undo(policy, targets=missing, delete=existing is None, store=store)
        raise
    # Afterwards, so that nobody's sessions live again in between.
    for target in sorted(attached - set(request.targets)):
        store.detach(policy.id, target=target)
    return policy


def _undo(policy: OwnedPolicy, *, targets: Iterable[str], delete: bool, store: SessionPolicyStore) -> None:
    try:
        for target in targets:
            store.detach(policy.id, target=target)
        if delete:
            store.delete(policy.id)
    except DayOneError:
        # The first failure is the one to report. CloudFormation rolls back by a request that does the same again.
        return


def _delete(request: SessionPolicyRequest, *, store: SessionPolicyStore) -> None:
    policy = store.find(request.name)
    if policy is None or policy.owner != request.owner:
        # It was never made, such as after a creation that was refused because of somebody else's policy.
        return
    for target in sorted(store.targets_of(policy.id)):
        store.detach(policy.id, target=target)
    store.delete(policy.id)


_PAUSE = timedelta(seconds=4)


def retry_until[T](
    deadline: datetime, do: Callable[[], T], *, clock: Callable[[], datetime], sleep: Callable[[float], None]
) -> T:
    """Call `do` and return its result, again after a pause of 4 seconds for as long as it raises Unavailable.

    Raises that error when the next attempt would begin at or after `deadline`; any other error of `do` at once.
    """
    while True:
        try:
            return do()
        except Unavailable:
            # Such as a role that was made a moment ago, which IAM does not know everywhere yet.
            if clock() + _PAUSE >= deadline:
                raise
        sleep(_PAUSE.total_seconds())
