"""Puts this Identity Center into moto, in process: `mock_aws` then answers as it does."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from moto import mock_aws
from moto.identitystore import urls as identity_store_urls
from moto.organizations import urls as organizations_urls
from moto.ssoadmin import urls as sso_admin_urls

from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.protocol.json_protocol import JsonProtocol
from sandbox.identity_center.protocol.service_models import ServiceModels
from sandbox.identity_center.settings import Settings

_PATH = "{0}/$"


@contextmanager
def extended_moto(settings: Settings | None = None) -> Iterator[IdentityCenter]:
    """Be moto's `mock_aws`, with one Identity Center behind identitystore, sso-admin and organizations.

    There is one instance and one organization, whatever account and Region a client is of; whoever calls is the
    management account, unless the access key is another account's id.
    """
    settings = settings or Settings()
    with ExitStack() as undoing:
        undoing.enter_context(mock_aws())
        models = ServiceModels()
        center = IdentityCenter(settings, models, lambda _told: None)
        undoing.callback(center.close)
        protocol = JsonProtocol(center, models, is_regional=False)

        def dispatch(request: Any, _url: str, headers: Any) -> tuple[int, dict[str, str], str]:  # noqa: ANN401 - moto's
            target, authorization = headers.get("X-Amz-Target", ""), headers.get("Authorization", "")
            answer = protocol.answer(target, authorization, request.get_data())
            return answer.status, answer.headers, answer.body

        for urls in (identity_store_urls, sso_admin_urls, organizations_urls):
            undoing.callback(urls.url_paths.__setitem__, _PATH, urls.url_paths[_PATH])
            urls.url_paths[_PATH] = dispatch
        yield center
