"""Settings of each function from its environment: one frozen class per function, read once, complete or refused."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_network
from typing import Protocol

from dayone.errors import Refused
from dayone.executor.rate_limits import Budgets
from dayone.model.failures import LetterQueue


@dataclass(frozen=True, kw_only=True)
class OwnApisSettings:
    """For every function behind an API; its parameter of Systems Manager holds the ids of the stack's APIs."""

    api_ids_parameter: str


@dataclass(frozen=True, kw_only=True)
class EventSourceSettings:
    """For every function that takes records; the ARN of the queue or the stream that they come from."""

    source_arn: str


@dataclass(frozen=True, kw_only=True)
class MeterSettings:
    """For every function that publishes metrics; the namespace is the stack's name."""

    monitoring: str
    powertools_metrics_namespace: str


@dataclass(frozen=True, kw_only=True)
class ReceiveHrEventSettings(OwnApisSettings):
    """For receive_hr_event."""

    inbox_url: str
    hr_parameter: str
    hr_approved_parameter: str
    hr_secrets: str
    hr_secret_standard: str
    hr_networks: str


@dataclass(frozen=True, kw_only=True)
class RecordAccountEventSettings(EventSourceSettings):
    """For record_account_event."""

    inbox_url: str
    dead_letters_url: str


class FencedSettings(Protocol):
    """Of every function that respects the fence around the state table."""

    @property
    def table_name(self) -> str:
        """Name of the table."""

    @property
    def table_identity_parameter(self) -> str:
        """Parameter of Systems Manager with the identity that the table should have."""


@dataclass(frozen=True, kw_only=True)
class ClaimTableSettings:
    """For claim_table."""

    table_identity_parameter: str


@dataclass(frozen=True, kw_only=True)
class PlanChangesSettings(EventSourceSettings):
    """For plan_changes."""

    table_name: str
    table_identity_parameter: str
    inbox_url: str
    instance_arn: str
    account_id: str
    administered_from: str
    management_account_access: str
    engine_url: str
    dead_letters_url: str
    hr_parameter: str
    hr_approved_parameter: str
    hr_secrets: str
    hr_networks: str
    ended_sessions_policies: str
    schedule_group: str
    schedule_target: str
    schedule_role: str
    held_expiry_days: str


@dataclass(frozen=True, kw_only=True)
class ExecuteOperationsSettings:
    """For execute_operations."""

    table_name: str
    table_identity_parameter: str
    engine_url: str
    instance_arn: str
    management_account_access: str
    identity_store_id: str
    ended_sessions_policies: str
    bus_name: str
    portal_url: str
    budgets: str


@dataclass(frozen=True, kw_only=True)
class ReconcileAccessSettings:
    """For reconcile_access."""

    table_name: str
    stack_name: str
    table_identity_parameter: str
    inbox_url: str
    engine_url: str
    hr_parameter: str
    hr_approved_parameter: str
    hr_secrets: str
    ended_sessions_policies: str
    change_retention_days: str
    inventory_interval_hours: str


@dataclass(frozen=True, kw_only=True)
class ReadInventorySettings:
    """For read_inventory."""

    table_name: str
    table_identity_parameter: str
    instance_arn: str
    identity_store_id: str
    account_id: str
    administered_from: str
    management_account_access: str
    inventory_interval_hours: str
    executor_role_arn: str
    edit_events_url: str


@dataclass(frozen=True, kw_only=True)
class PreviewCompanySettings(EventSourceSettings):
    """For preview_company."""

    table_name: str
    plans_url: str
    ended_sessions_policies: str


@dataclass(frozen=True, kw_only=True)
class PublishEventsSettings(EventSourceSettings):
    """For publish_events."""

    table_name: str
    bus_name: str


@dataclass(frozen=True, kw_only=True)
class SendNotificationsSettings:
    """For send_notifications."""

    table_name: str
    notifications_url: str
    dead_letters_url: str
    notification_secrets: str
    notification_topics: str
    notification_networks: str


@dataclass(frozen=True, kw_only=True)
class SignCheckpointSettings:
    """For sign_checkpoint."""

    table_name: str
    stack_name: str
    bus_name: str
    checkpoint_key: str
    checkpoint_bucket: str


@dataclass(frozen=True, kw_only=True)
class AccessApiSettings(OwnApisSettings):
    """For access_api."""

    table_name: str
    table_identity_parameter: str
    stack_name: str
    inbox_url: str
    plans_url: str
    ended_sessions_policies: str
    instance_arn: str
    identity_store_id: str
    account_id: str
    administered_from: str
    management_account_access: str
    budgets: str
    dead_letters: str
    organization_id: str
    identity_center_key: str
    inbox_concurrency: str
    sole_administrator: str
    inventory_interval_hours: str
    person_retention_days: str
    notifications_url: str
    queues: str


def read[S](settings: type[S], environment: Mapping[str, str] | None = None) -> S:
    """Read the settings from variables of the same names in capitals; raise Refused with every missing one."""
    given = os.environ if environment is None else environment
    names = [field.name for field in fields(settings)]  # type: ignore[arg-type]
    missing = [name.upper() for name in names if not given.get(name.upper())]
    if missing:
        raise Refused(f"{settings.__name__}: the environment lacks {', '.join(missing)}")
    return settings(**{name: given[name.upper()] for name in names})


def queues_in(text: str) -> Mapping[str, str]:
    """Parse the URL of each queue by its name, from a text such as `inbox=https://… engine=…`."""
    return dict(part.split("=", maxsplit=1) for part in text.split() if "=" in part)


def letter_queues_in(text: str) -> Mapping[LetterQueue, str]:
    """Parse the URL of each dead-letter queue, from a text such as `inbox=https://… engine=…`; raise Refused."""
    given = queues_in(text)
    if given.keys() != set(LetterQueue):
        raise Refused(f"dead letters: {text!r} does not name each of {', '.join(LetterQueue)}")
    return {queue: given[queue] for queue in LetterQueue}


def networks_in(text: str, *, of: str = "HR") -> tuple[str, ...]:
    """Parse networks (CIDR) from a text such as `none,10.20.0.0/16,fd00::/8`, with `none` for none; raise Refused."""
    given = tuple(part for part in text.split(",") if part not in ("", "none"))
    try:
        for network in given:
            ip_network(network)
    except ValueError as error:
        raise Refused(f"{of} networks: {error}") from error
    return given


_PACES = ("shared", "all")


def budgets_in(text: str) -> Budgets:
    """Return the budgets changed by a text such as `sso_admin_calls=16 pace=all`, the rest as by default.

    Raises Refused for an unknown name, for a value that is not a number of at least one, and for an unknown pace.
    """
    whole = {"outstanding_assignments", "concurrent_provisionings"}
    rates = {"sso_admin_calls", "identity_store_calls"}
    given: dict[str, float] = {}
    for part in text.split():
        name, _, number = part.partition("=")
        if name == "pace" and number in _PACES:
            given["is_shared"] = number == "shared"
            continue
        if name not in whole | rates:
            raise Refused(f"budgets: {name!r} is none of {', '.join(sorted(whole | rates))}")
        try:
            given[name] = int(number) if name in whole else float(number)
        except ValueError as error:
            raise Refused(f"budgets: {part!r} gives no number") from error
        if given[name] < 1:
            raise Refused(f"budgets: {part!r} would leave nothing to work with")
    return Budgets(**given)  # type: ignore[arg-type]
