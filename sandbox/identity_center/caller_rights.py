"""IAM rights of callers of Identity Center: from the IAM of the local AWS, or stated where there is none."""

import json
import re
import urllib.request
from collections.abc import Iterable, Mapping
from fnmatch import translate
from types import MappingProxyType
from typing import Protocol

from sandbox.sign_in.doors import PERMISSIONS

_NO_CONTEXT: Mapping[str, str] = MappingProxyType({})
_ROOT = re.compile(r"\d{12}")
_ANSWER_SECONDS = 60.0


class CallerRights(Protocol):
    """Rights of callers besides calling Identity Center."""

    def refusal(self, access_key: str, action: str, resource: str, *, context: Mapping[str, str] = _NO_CONTEXT) -> str:
        """AWS's sentence that refuses an action on a resource (an ARN) to whoever has this access key, or "".

        `context` gives keys of the request that conditions may name, such as `kms:ViaService`. Where the resource has a
        policy of its own, as a KMS key has, that counts as on AWS.
        """


class StatedRights:
    """Callers have the rights to actions that fit one of these patterns (`*`, `iam:*`), on every resource.

    The root of an account, whose key is the account's id, may do everything.
    """

    def __init__(self, actions: Iterable[str] = ("*",)) -> None:
        self._patterns = [re.compile(translate(action.lower())) for action in actions]

    def refusal(self, access_key: str, action: str, resource: str, *, context: Mapping[str, str] = _NO_CONTEXT) -> str:
        """See CallerRights."""
        if _ROOT.fullmatch(access_key) or any(pattern.match(action.lower()) for pattern in self._patterns):
            return ""
        del context  # no pattern asks for any of it
        reason = f"because no identity-based policy allows the {action} action"
        return f"User: {access_key} is not authorized to perform: {action} on resource: {resource} {reason}"


class RightsInIam:
    """The rights that the caller's role or user has in the IAM of the local AWS at the moment of the question."""

    def __init__(self, endpoint: str) -> None:
        self._url = f"{endpoint}{PERMISSIONS}"
        # Straight to this machine: a proxy named in the environment is not for it.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def refusal(self, access_key: str, action: str, resource: str, *, context: Mapping[str, str] = _NO_CONTEXT) -> str:
        """See CallerRights."""
        question = {"AccessKeyId": access_key, "Action": action, "Resource": resource, "Context": dict(context)}
        request = urllib.request.Request(self._url, json.dumps(question).encode(), method="POST")
        with self._opener.open(request, timeout=_ANSWER_SECONDS) as answer:
            return str(json.load(answer)["Refusal"])
