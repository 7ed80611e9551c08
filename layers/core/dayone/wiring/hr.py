"""Puts together what has to do with HR systems, for the functions that receive from them and that ask them."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dayone import settings

if TYPE_CHECKING:
    from dayone.adapters.dynamodb.table import DynamoTable
    from dayone.adapters.hr.sources import SsmHrSources, SsmHrTexts
    from dayone.hr.configuration_approval import ConfigurationPorts, WatchPorts
    from dayone.hr.connectors.full_records import ReadPerson
    from dayone.hr.webhook import ReceiveHrEvent
    from dayone.model.hr_sources import HrConfiguration
    from dayone.ops.silences import QuietPorts
    from dayone.reconcile.handler import HrPorts
    from dayone.settings import PlanChangesSettings, ReceiveHrEventSettings, ReconcileAccessSettings


def hr_intake_ports(given: "ReceiveHrEventSettings", *, clock: Callable[[], datetime]) -> "ReceiveHrEvent":
    """For POST /hr/{source}."""
    from dayone.adapters.aws.clients import client
    from dayone.adapters.hr.sources import PublishedTokenKeys, SecretNames, SecretsManagerKeys
    from dayone.adapters.sqs import SqsInbox
    from dayone.hr.webhook import ReceiveHrEvent, Refusals

    inbox = SqsInbox(client("sqs"), queue_url=given.inbox_url)
    names = SecretNames(folder=given.hr_secrets, given={"standard": given.hr_secret_standard})
    return ReceiveHrEvent(
        sources=_sources(given),
        keys=SecretsManagerKeys(client("secretsmanager"), names=names),
        token_keys=PublishedTokenKeys(opened=settings.networks_in(given.hr_networks)),
        inbox=inbox,
        refusals=Refusals(inbox),
        clock=clock,
    )


def hr_ports(given: "PlanChangesSettings", *, table: "DynamoTable") -> "HrPorts":
    """For what plan_changes does about HR systems."""
    from dayone.adapters.aws.clients import Later
    from dayone.adapters.dynamodb.hr import DynamoHrDeliveries, DynamoRosters, DynamoWaitingHints
    from dayone.adapters.hr.https import Https
    from dayone.adapters.hr.sources import ApiHrRecords, SecretNames, SecretsManagerKeys
    from dayone.hr.fetch import SourcePace
    from dayone.reconcile.handler import HrPorts

    names = SecretNames(folder=f"{given.hr_secrets}-api", is_for_api=True)
    secrets: Any = Later("secretsmanager")
    credentials, https = SecretsManagerKeys(secrets, names=names), Https(opened=settings.networks_in(given.hr_networks))
    from dayone.adapters.dynamodb.parked import DynamoStuckNotes

    return HrPorts(
        stuck=DynamoStuckNotes(table),
        deliveries=DynamoHrDeliveries(table),
        sources=_sources(given),
        configuration=_configuration(given, table=table),
        records=ApiHrRecords(credentials=credentials, https=https, person_in=_person_in),
        waiting=DynamoWaitingHints(table),
        rosters=DynamoRosters(table),
        pace=SourcePace(),
        sleep=time.sleep,
    )


def _person_in(record: object, **how: Any) -> "ReadPerson":  # noqa: ANN401 - as it has them
    # Reading records takes half a cold start's time, and most work of the function takes none.
    from dayone.hr.connectors.full_records import person_in

    return person_in(record, **how)


def _configuration(given: "PlanChangesSettings", *, table: "DynamoTable") -> "ConfigurationPorts":
    from dayone.adapters.aws.clients import Later
    from dayone.adapters.dynamodb.hr import DynamoHrVersions
    from dayone.adapters.hr.sources import SsmHrParameters
    from dayone.hr.configuration_approval import ConfigurationPorts

    ssm: Any = Later("ssm")
    return ConfigurationPorts(
        parameters=SsmHrParameters(ssm, written=given.hr_parameter, approved=given.hr_approved_parameter),
        log=DynamoHrVersions(table),
        parse=_parser(given),
    )


def watch_ports(given: "ReconcileAccessSettings", *, table: "DynamoTable") -> "WatchPorts":
    """For the sweep: whether the configuration has moved."""
    from dayone.adapters.dynamodb.hr import DynamoRecordedHrVersions
    from dayone.hr.configuration_approval import WatchPorts

    return WatchPorts(texts=_texts(given), recorded=DynamoRecordedHrVersions(table))


def quiet_ports(given: "ReconcileAccessSettings", *, table: "DynamoTable") -> "QuietPorts":
    """For the sweep: HR sources that have gone quiet."""
    from dayone.adapters.dynamodb.hr import DynamoHrDeliveries
    from dayone.adapters.dynamodb.parked import DynamoStuckNotes
    from dayone.ops.silences import QuietPorts

    return QuietPorts(deliveries=DynamoHrDeliveries(table), sources=_sources(given), notes=DynamoStuckNotes(table))


def _sources(given: "PlanChangesSettings | ReceiveHrEventSettings | ReconcileAccessSettings") -> "SsmHrSources":
    from dayone.adapters.hr.sources import SsmHrSources

    return SsmHrSources(_texts(given), parse=_parser(given))


def _texts(given: "PlanChangesSettings | ReceiveHrEventSettings | ReconcileAccessSettings") -> "SsmHrTexts":
    from dayone.adapters.aws.clients import Later
    from dayone.adapters.hr.sources import SsmHrTexts

    ssm: Any = Later("ssm")
    return SsmHrTexts(ssm, written=given.hr_parameter, approved=given.hr_approved_parameter)


def _parser(
    given: "PlanChangesSettings | ReceiveHrEventSettings | ReconcileAccessSettings",
) -> "Callable[[str], HrConfiguration]":
    def parsed(text: str) -> "HrConfiguration":
        from dayone.hr.connectors.configuration import read_configuration

        return read_configuration(text, secrets=given.hr_secrets)

    return parsed
