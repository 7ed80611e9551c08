"""The operations on the tags of accounts, units, roots and policies."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.identity_center.organizations.account_events import AccountEvents
from sandbox.identity_center.organizations.moto_backend import OrganizationState
from sandbox.identity_center.organizations.refusals import constraint, invalid_input, invalid_token
from sandbox.identity_center.protocol.paging import page

TAGS_PER_RESOURCE = 50


class Tags:
    """Serves the tag operations on moto's state."""

    def __init__(self, state: OrganizationState, events: AccountEvents) -> None:
        self._state = state
        self._events = events

    def tag_resource(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Add tags, or change their values."""
        resource_id, tags = parameters["ResourceId"], parameters["Tags"]
        check_tags(tags)
        keys = [tag["Key"] for tag in tags]
        present = self._state._get_resource_for_tagging(resource_id).tags  # noqa: SLF001 - moto has no public way
        if len({*present, *keys}) > TAGS_PER_RESOURCE:
            raise constraint("MAX_TAG_LIMIT_EXCEEDED", f"A resource has at most {TAGS_PER_RESOURCE} tags.")
        self._state.tag_resource(**parameters)
        spelled = [{"key": tag["Key"], "value": tag["Value"]} for tag in tags]
        self._tell("TagResource", resource_id, {"resourceId": resource_id, "tags": spelled}, keys=keys)
        return {}

    def untag_resource(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Take tags off; keys that the resource does not have are ignored."""
        resource_id, keys = parameters["ResourceId"], parameters["TagKeys"]
        self._state.untag_resource(**parameters)
        self._tell("UntagResource", resource_id, {"resourceId": resource_id, "tagKeys": keys}, keys=keys)
        return {}

    def list_tags_for_resource(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of a resource's tags."""
        tags = self._state.list_tags_for_resource(ResourceId=parameters["ResourceId"])["Tags"]
        return page("Tags", ((tag["Key"], tag) for tag in tags), parameters, size=50, refusal=invalid_token())

    def _tell(self, event: str, resource_id: str, request: Mapping[str, Any], *, keys: list[str]) -> None:
        if self._state.account_state(resource_id) is None:
            return
        account = self._state.get_account_by_id(resource_id)
        self._events.api_call(event, request)
        self._events.tags_changed(account.arn, keys=keys, tags=account.tags)


def check_tags(tags: Sequence[Mapping[str, str]]) -> None:
    """Refuse tags of which two have the same key."""
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise invalid_input("DUPLICATE_TAG_KEY", "Your request includes duplicate tag keys.")
