"""Check the environment of the deployment, and report what fits, what does not, and what is unknown; read-only."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from dayone.errors import DayOneError
from dayone.executor.rate_limits import Budgets
from dayone.model.audit import ALONE
from dayone.model.people import IdentitySource
from dayone.ports.setup import (
    ConcurrencySight,
    InstanceSight,
    KeyPolicySight,
    KeySight,
    OrganizationSight,
    QuotaSight,
    RoleSight,
    SeenInstance,
    SeenOrganization,
    TableSight,
    TrailSight,
)
from dayone.setup.findings import Finding, doubtful, fine, judged, pair, read_or_error
from dayone.setup.identity_center import (
    KEY,
    KEY_POLICY,
    first_sign_in,
    identity_source,
    instance_is_here,
    instance_is_the_organizations,
    instance_is_usable,
    key_is_given,
    key_may_be_used,
    store_fits,
)
from dayone.setup.organization import (
    budgets_fit,
    control_policies,
    events_arrive,
    management_access,
    may_administer,
    room_findings,
    trail_records,
)
from dayone.setup.state_table import table_findings

_INSTANCE = "sso:DescribeInstance"
_ORGANIZATION = "organizations:DescribeOrganization"
_TRAILS = "cloudtrail:DescribeTrails, cloudtrail:GetTrailStatus, cloudtrail:GetEventSelectors"


@dataclass(frozen=True, kw_only=True)
class GivenSettings:
    """Settings of the deployment: the template's parameters of the same names.

    `identity_center_key` is empty if Identity Center has a key of AWS's own, `organization_id` without a forwarder;
    `ends_sessions` is whether a service control policy is to end live sessions when access is lost. `table_name` is
    empty before there is one. With `sole_administrator` people may approve held operations that they have caused.
    """

    instance_arn: str
    identity_store_id: str
    account_id: str
    identity_center_key: str = ""
    administered_from: str = "auto"
    management_account_access: bool = False
    organization_id: str = ""
    ends_sessions: bool = False
    inbox_concurrency: int = 8
    table_name: str = ""
    stack_name: str = ""
    budgets: Budgets = field(default_factory=Budgets)
    sole_administrator: bool = False
    inventory_interval: timedelta = timedelta(hours=24)
    person_retention: timedelta = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class CheckSettings:
    """Ports of the check; it needs nothing that Day One deploys.

    `key_policies` is None for callers that need not read key policies, such as the deployed functions.
    """

    instance: InstanceSight
    key: KeySight
    organization: OrganizationSight
    trails: TrailSight
    quotas: QuotaSight
    concurrency: ConcurrencySight
    roles: RoleSight
    table: TableSight
    key_policies: KeyPolicySight | None = None


def check_settings(
    given: GivenSettings,
    *,
    ports: CheckSettings,
    source: Callable[[], IdentitySource] = lambda: IdentitySource.IDENTITY_CENTER,
) -> tuple[Finding, ...]:
    """Return every finding, in the order in which they should be corrected; a failed read affects no other finding.

    `source` returns the source of users in the policy in force.
    """
    organization = read_or_error(ports.organization.organization)
    quotas = read_or_error(ports.quotas.of_identity_center)
    return (
        *_of_identity_center(given, organization, ports=ports),
        *_of_organization(given, organization, ports=ports),
        management_access(organization, account=given.account_id, has_rights=given.management_account_access),
        *_of_the_rest(given, quotas, ports=ports),
        *room_findings(
            (ports.concurrency, ports.roles, ports.instance),
            quotas,
            instance_arn=given.instance_arn,
            account=given.account_id,
            planners=given.inbox_concurrency,
        ),
        *(table_findings(ports.table, table_name=given.table_name, stack=given.stack_name) if given.table_name else ()),
        _approvals(given),
        first_sign_in(read_or_error(source)),
    )


def _approvals(given: GivenSettings) -> Finding:
    if not given.sole_administrator:
        return fine("approvals", "what is held is approved by somebody else than who has brought it about")
    return doubtful(
        "approvals", ALONE, do="deploy with SoleAdministrator=no as soon as there is a second administrator"
    )


def _of_identity_center(
    given: GivenSettings, organization: SeenOrganization | DayOneError, *, ports: CheckSettings
) -> Iterator[Finding]:
    instance = read_or_error(lambda: ports.instance.instance(given.instance_arn))
    region, store = ports.instance.region, given.identity_store_id
    yield judged("instance", instance, needs=_INSTANCE, judge=instance_is_usable)
    yield judged("region", instance, needs=_INSTANCE, judge=lambda it: instance_is_here(it, region))
    yield judged("identity-store", instance, needs=_INSTANCE, judge=lambda it: store_fits(it, store))
    yield identity_source()
    yield judged(
        "organization-instance",
        pair(instance, organization),
        needs=f"{_INSTANCE} and {_ORGANIZATION}",
        judge=lambda both: instance_is_the_organizations(*both),
    )
    yield from _of_the_key(given, instance, ports=ports)


def _of_the_key(
    given: GivenSettings, instance: SeenInstance | DayOneError, *, ports: CheckSettings
) -> Iterator[Finding]:
    yield judged(KEY, instance, needs=_INSTANCE, judge=lambda it: key_is_given(it, given.identity_center_key))
    refusal = read_or_error(
        lambda: ports.key.refusal(
            instance_arn=given.instance_arn, identity_store_id=given.identity_store_id, account_id=given.account_id
        )
    )

    def judge(seen: SeenInstance) -> Finding:
        key, policies = seen.encryption.key_arn, ports.key_policies
        policy = read_or_error(lambda: policies.policy(key)) if key and policies else None
        return key_may_be_used(seen, refusal, policy, account=given.account_id, region=ports.instance.region)

    yield judged(KEY_POLICY, instance, needs=_INSTANCE, judge=judge)


def _of_organization(
    given: GivenSettings, organization: SeenOrganization | DayOneError, *, ports: CheckSettings
) -> Iterator[Finding]:
    account, region, listens_to = given.account_id, ports.instance.region, given.organization_id
    delegates = read_or_error(lambda: ports.organization.delegated_administrators("sso.amazonaws.com"))
    yield judged(
        "administered-from",
        organization,
        needs=_ORGANIZATION,
        judge=lambda it: may_administer(it, delegates, account=account, stated=given.administered_from),
    )
    yield judged(
        "organization-events",
        organization,
        needs=_ORGANIZATION,
        judge=lambda it: events_arrive(
            it, account=account, region=region, listens_to=listens_to, arn=given.instance_arn
        ),
    )
    yield judged(
        "trail",
        pair(read_or_error(ports.trails.trails), organization),
        needs=f"{_TRAILS} and {_ORGANIZATION}",
        judge=lambda both: trail_records(*both, account=account),
    )


def _of_the_rest(
    given: GivenSettings, quotas: Mapping[str, float] | DayOneError, *, ports: CheckSettings
) -> Iterator[Finding]:
    yield budgets_fit(given.budgets, quotas=None if isinstance(quotas, DayOneError) else quotas)
    yield judged(
        "service-control-policies",
        read_or_error(lambda: given.ends_sessions and ports.organization.has_policy_type("SERVICE_CONTROL_POLICY")),
        needs="organizations:ListRoots",
        judge=lambda is_enabled: control_policies(is_enabled=is_enabled, is_requested=given.ends_sessions),
    )
