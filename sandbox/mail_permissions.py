"""Lets MiniStack authorise the sending of a mail as AWS does: on the identity that sends it, not on everything."""

import json
from typing import Any

from ministack.core import iam_actions  # type: ignore[import-untyped]

_PATH = "/v2/email/outbound-emails"


def authorise_mail_by_sender() -> None:
    """Have MiniStack ask for `ses:SendEmail` on the address that a mail is from.

    It asks for it on `*`, which a role that may send as this account's identities does not have.
    Unnecessary when a role with the right to an identity may call SendEmail of `sesv2` from it there.
    Source: Service Authorization Reference, Amazon SES v2, SendEmail: identity*.
    """
    extract = iam_actions.extract_resource_arn

    def by_sender(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        *rest: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - MiniStack's own
        if service == "ses" and path == _PATH and (sender := json.loads(body).get("FromEmailAddress")):
            # Where it does know the identity, it is the one that is made.
            path, body = "/v2/email/identities", json.dumps({"EmailIdentity": sender}).encode()
        return extract(service, method, path, headers, body, *rest)

    iam_actions.extract_resource_arn = by_sender
