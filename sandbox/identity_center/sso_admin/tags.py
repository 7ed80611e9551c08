"""The operations on tags, of permission sets and of the instance."""

from collections.abc import Mapping
from typing import Any

from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.sso_admin.moto_backend import SsoAdminState
from sandbox.identity_center.sso_admin.quotas import TAGS_PER_RESOURCE, check_quota

type TagList = list[dict[str, str]]


class Tags:
    """Serves TagResource, UntagResource and ListTagsForResource."""

    def __init__(self, state: SsoAdminState) -> None:
        self._state = state

    def tag_resource(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Add tags, or change their values."""
        tags = self._tags(parameters)
        tags[:] = merged(tags, parameters["Tags"])
        return {}

    def untag_resource(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Take tags off; keys that the resource does not have are ignored."""
        tags = self._tags(parameters)
        tags[:] = [tag for tag in tags if tag["Key"] not in parameters["TagKeys"]]
        return {}

    def list_tags_for_resource(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of a resource's tags."""
        return page("Tags", ((tag["Key"], tag) for tag in self._tags(parameters)), parameters)

    def _tags(self, parameters: Mapping[str, Any]) -> TagList:
        arn = parameters["ResourceArn"]
        if arn == self._state.instance.instance_arn:
            return self._state.instance_tags
        return self._state.permission_set(arn).tags


def merged(present: TagList, given: TagList) -> TagList:
    """Return the tags with new ones added and changed ones changed; refuses more than a resource can have."""
    tags = {tag["Key"]: tag["Value"] for tag in [*present, *given]}
    check_quota(len(tags), TAGS_PER_RESOURCE, "tags per resource")
    return [{"Key": key, "Value": value} for key, value in tags.items()]
