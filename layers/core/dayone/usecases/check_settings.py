"""Look at what Day One is deployed into, and say what fits, what does not, and what cannot be told; changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dayone.domain.budgets import Budgets
from dayone.domain.findings import Finding, unseen
from dayone.errors import DayOneError
from dayone.ports.surroundings import (
    InstanceSight,
    KeyPolicySight,
    KeySight,
    OrganizationSight,
    QuotaSight,
    SeenInstance,
    SeenOrganization,
    TrailSight,
)
from dayone.usecases.check_identity_center import (
    identity_source,
    instance_is_here,
    instance_is_the_organizations,
    instance_is_usable,
    store_fits,
)
from dayone.usecases.check_identity_center_key import KEY, KEY_POLICY, key_is_given, key_may_be_used
from dayone.usecases.check_organization import (
    control_policies,
    events_arrive,
    may_administer,
    trail_records,
)
from dayone.usecases.check_quotas import budgets_fit

_INSTANCE = "sso:DescribeInstance"
_ORGANIZATION = "organizations:DescribeOrganization"
_TRAILS = "cloudtrail:DescribeTrails, cloudtrail:GetTrailStatus, cloudtrail:GetEventSelectors"


@dataclass(frozen=True, kw_only=True)
class GivenSettings:
    """What Day One is told: the template's parameters of the same names.

    `identity_center_key` is empty where Identity Center has a key of AWS's own, `organization_id` where no forwarder is
    listened to; `ends_sessions` is whether a service control policy is to end the live sessions of whoever loses
    access.
    """

    instance_arn: str
    identity_store_id: str
    account_id: str
    identity_center_key: str = ""
    administered_from: str = "auto"
    organization_id: str = ""
    ends_sessions: bool = False
    budgets: Budgets = field(default_factory=Budgets)


@dataclass(frozen=True, kw_only=True)
class CheckSettings:
    """What the check looks through; needs none of what Day One deploys.

    `key_policies` is None for whoever has no business with the policies of keys, as the deployed functions.
    """

    instance: InstanceSight
    key: KeySight
    organization: OrganizationSight
    trails: TrailSight
    quotas: QuotaSight
    key_policies: KeyPolicySight | None = None


def check_settings(given: GivenSettings, *, ports: CheckSettings) -> tuple[Finding, ...]:
    """Every finding, in the order in which they should be mended; nothing that cannot be read breaks the rest."""
    organization = _asked(ports.organization.organization)
    return (
        *_of_identity_center(given, organization, ports=ports),
        *_of_organization(given, organization, ports=ports),
        *_of_the_rest(given, ports=ports),
    )


def _of_identity_center(
    given: GivenSettings, organization: SeenOrganization | DayOneError, *, ports: CheckSettings
) -> Iterator[Finding]:
    instance = _asked(lambda: ports.instance.instance(given.instance_arn))
    region, store = ports.instance.region, given.identity_store_id
    yield _told("instance", instance, needs=_INSTANCE, judge=instance_is_usable)
    yield _told("region", instance, needs=_INSTANCE, judge=lambda it: instance_is_here(it, region))
    yield _told("identity-store", instance, needs=_INSTANCE, judge=lambda it: store_fits(it, store))
    yield identity_source()
    yield _told(
        "organization-instance",
        _both(instance, organization),
        needs=f"{_INSTANCE} and {_ORGANIZATION}",
        judge=lambda both: instance_is_the_organizations(*both),
    )
    yield from _of_the_key(given, instance, ports=ports)


def _of_the_key(
    given: GivenSettings, instance: SeenInstance | DayOneError, *, ports: CheckSettings
) -> Iterator[Finding]:
    yield _told(KEY, instance, needs=_INSTANCE, judge=lambda it: key_is_given(it, given.identity_center_key))
    refusal = _asked(
        lambda: ports.key.refusal(
            instance_arn=given.instance_arn, identity_store_id=given.identity_store_id, account_id=given.account_id
        )
    )

    def judge(seen: SeenInstance) -> Finding:
        key, policies = seen.encryption.key_arn, ports.key_policies
        policy = _asked(lambda: policies.policy(key)) if key and policies else None
        return key_may_be_used(seen, refusal, policy, account=given.account_id, region=ports.instance.region)

    yield _told(KEY_POLICY, instance, needs=_INSTANCE, judge=judge)


def _of_organization(
    given: GivenSettings, organization: SeenOrganization | DayOneError, *, ports: CheckSettings
) -> Iterator[Finding]:
    account, region, listens_to = given.account_id, ports.instance.region, given.organization_id
    delegates = _asked(lambda: ports.organization.delegated_administrators("sso.amazonaws.com"))
    yield _told(
        "administered-from",
        organization,
        needs=_ORGANIZATION,
        judge=lambda it: may_administer(it, delegates, account=account, said=given.administered_from),
    )
    yield _told(
        "organization-events",
        organization,
        needs=_ORGANIZATION,
        judge=lambda it: events_arrive(
            it, account=account, region=region, listens_to=listens_to, arn=given.instance_arn
        ),
    )
    yield _told(
        "trail",
        _both(_asked(ports.trails.trails), organization),
        needs=f"{_TRAILS} and {_ORGANIZATION}",
        judge=lambda both: trail_records(*both, account=account),
    )


def _of_the_rest(given: GivenSettings, *, ports: CheckSettings) -> Iterator[Finding]:
    quotas = _asked(ports.quotas.of_identity_center)
    yield budgets_fit(given.budgets, quotas=None if isinstance(quotas, DayOneError) else quotas)
    yield _told(
        "service-control-policies",
        _asked(lambda: given.ends_sessions and ports.organization.has_policy_type("SERVICE_CONTROL_POLICY")),
        needs="organizations:ListRoots",
        judge=lambda is_enabled: control_policies(is_enabled=is_enabled, is_asked_for=given.ends_sessions),
    )


def _asked[T](ask: Callable[[], T]) -> T | DayOneError:
    try:
        return ask()
    except DayOneError as error:
        return error


def _both[A, B](one: A | DayOneError, other: B | DayOneError) -> tuple[A, B] | DayOneError:
    if isinstance(one, DayOneError):
        return one
    return other if isinstance(other, DayOneError) else (one, other)


def _told[T](name: str, seen: T | DayOneError, *, needs: str, judge: Callable[[T], Finding]) -> Finding:
    if not isinstance(seen, DayOneError):
        return judge(seen)
    # AWS's own words name ARNs and callers; the code before them says which kind of trouble it is.
    kind = str(seen).partition(":")[0]
    return unseen(name, f"AWS did not say: {kind}", do=f"let whoever checks call {needs}, then check again")
