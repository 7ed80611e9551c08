"""The state table as what Day One keeps everything in, described."""

from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws.errors import translated
from dayone.adapters.dynamodb.read_models import described_table, noted_owner
from dayone.ports.state_tables import TableDescription, TableOwner

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ON = frozenset({"ENABLED", "ENABLING"})


class DynamoTableSight:
    """The port TableSight. Source: DynamoDB API Reference, DescribeTimeToLive and DescribeContinuousBackups."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:GetItem",
        }
    )

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client

    def table(self, name: str) -> TableDescription:
        """See TableSight."""
        return described_table(self._client, name)

    def owner(self, name: str) -> TableOwner | None:
        """See TableSight."""
        return noted_owner(self._client, name)

    def expires_by(self, name: str) -> str:
        """See TableSight."""
        with translated():
            expiry = self._client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        return expiry.get("AttributeName", "") if expiry.get("TimeToLiveStatus") in _ON else ""

    def can_be_restored(self, name: str) -> bool:
        """See TableSight."""
        with translated():
            backups = self._client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"
