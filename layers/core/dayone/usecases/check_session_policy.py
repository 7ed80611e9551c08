"""Say of each target of the policy that ends live sessions whether it has room for one more policy."""

from collections.abc import Sequence

from dayone.domain.findings import Finding, amiss, doubtful, fine
from dayone.domain.session_policy import MOST_POLICIES_ON_A_TARGET
from dayone.errors import NotFound
from dayone.ports.surroundings import PolicyTargetSight
from dayone.usecases.check_reading import attempt, judged

_NAME = "session-policy-targets"
_DO = "detach one of them there, or merge two, or name organizational units with room as EndedSessionsTargets"


def session_policy_fits(targets: Sequence[str], *, policy: str, sight: PolicyTargetSight) -> Finding:
    """The policies on each target, five of which fit; without targets, those on the root.

    `policy` is the name of the stack's own, which takes no second place.
    """
    return judged(
        _NAME,
        attempt(lambda: _room_on(targets, policy=policy, sight=sight)),
        needs="organizations:ListRoots and organizations:ListPoliciesForTarget",
        judge=lambda finding: finding,
    )


def _room_on(targets: Sequence[str], *, policy: str, sight: PolicyTargetSight) -> Finding:
    full, missing, counts = list[str](), list[str](), list[str]()
    for target in targets or sight.roots():
        try:
            names = sight.policies_on(target)
        except NotFound:
            missing.append(target)
            continue
        counts.append(f"{target} has {len(names)} of {MOST_POLICIES_ON_A_TARGET}")
        if policy not in names and len(names) >= MOST_POLICIES_ON_A_TARGET:
            full.append(target)
    if missing:
        do = "name the root or organizational units (aws organizations list-roots) as EndedSessionsTargets"
        return amiss(_NAME, f"there is no {', '.join(missing)} in the organization", do=do)
    says = f"service control policies: {'; '.join(counts)}"
    if not full:
        return fine(_NAME, says)
    if not targets:
        return doubtful(_NAME, f"{says}: the policy that ends live sessions does not fit there", do=_DO)
    return amiss(_NAME, f"{says}: {', '.join(full)} has no room, and the deployment would fail", do=_DO)
