"""Lets MiniStack authorise the sending of a mail as AWS does: on the identity that sends it, and what goes with it."""

# ruff: noqa: SLF001 - what is wrong is in private functions

import json
from typing import Any

from ministack import app  # type: ignore[import-untyped]
from ministack.core import iam_actions  # type: ignore[import-untyped]
from ministack.core.responses import get_account_id, get_region  # type: ignore[import-untyped]
from ministack.services import ses_v2  # type: ignore[import-untyped]

_PATH = "/v2/email/outbound-emails"
_IDENTITIES = "/v2/email/identities"


def authorise_mail() -> None:
    """Apply all of it."""
    authorise_mail_by_sender()
    remember_default_configuration_sets()
    authorise_mail_by_configuration_set()


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
            path, body = _IDENTITIES, json.dumps({"EmailIdentity": sender}).encode()
        return extract(service, method, path, headers, body, *rest)

    iam_actions.extract_resource_arn = by_sender


def remember_default_configuration_sets() -> None:
    """Keep the default configuration set that an identity is made with, as GetEmailIdentity then tells.

    MiniStack drops it. Unnecessary when CreateEmailIdentity there reads ConfigurationSetName.
    """
    handle = ses_v2.handle_request

    async def handle_and_remember(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:  # noqa: ANN401
        answer = await handle(method, path, headers, body, query)
        if (method, path) == ("POST", _IDENTITIES):
            made = json.loads(body)
            if name := made.get("ConfigurationSetName"):
                ses_v2._identities[made["EmailIdentity"]]["ConfigurationSetName"] = name
        return answer

    ses_v2.handle_request = handle_and_remember


def authorise_mail_by_configuration_set() -> None:
    """Have MiniStack ask for `ses:SendEmail` on the configuration set of a mail, too.

    That is the one that the request names, or else the default one of the identity that sends: the address, or its
    domain. MiniStack asks for neither. Unnecessary when SendEmail of `sesv2` from an identity that was made with a
    ConfigurationSetName is refused there to a role that has the right to the identity alone.
    Source: Service Authorization Reference, Amazon SES v2, SendEmail: identity*, configuration-set.
    """
    enforce = app._enforce_ses_v2

    def with_configuration_set(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: Any,  # noqa: ANN401
        request_id: str,
    ) -> Any:  # noqa: ANN401 - MiniStack's own
        denied = enforce(method, path, headers, body, query_params, request_id)
        if denied or path != _PATH or not (name := _configuration_set(json.loads(body))):
            return denied
        arn = f"arn:aws:ses:{get_region()}:{get_account_id()}:configuration-set/{name}"
        return app._enforce_data_plane(
            "sesv2", "ses:SendEmail", headers, query_params, request_id, resource_arn=arn, named_resource=arn
        )

    app._enforce_ses_v2 = with_configuration_set


def _configuration_set(mail: dict[str, Any]) -> str:
    if name := mail.get("ConfigurationSetName"):
        return str(name)
    sender = str(mail.get("FromEmailAddress", ""))
    identity = ses_v2._identities.get(sender) or ses_v2._identities.get(sender.partition("@")[2]) or {}
    return str(identity.get("ConfigurationSetName") or "")
