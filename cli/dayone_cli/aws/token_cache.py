"""Tokens of people who have signed in, in the files where the AWS CLI keeps them, so that both share them.

Source: botocore, `SSOTokenLoader` and `SSOTokenProvider`: a file is called after the SHA-1 of the sso-session's name,
or of the start URL, and its times are written as `2026-11-23T18:00:00Z`.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dayone_cli.aws.portal_place import Portal

_FORM = "%Y-%m-%dT%H:%M:%SZ"
_FORMS = (_FORM, "%Y-%m-%dT%H:%M:%SUTC")  # the second was written by early releases of the AWS CLI


@dataclass(frozen=True, kw_only=True)
class Token:
    """An access token, and what is needed for the next one; empty texts where there is nothing."""

    access_token: str
    expires_at: datetime
    refresh_token: str = ""
    client_id: str = ""
    client_secret: str = ""
    registration_expires_at: datetime | None = None


@dataclass(frozen=True)
class TokenCache:
    """The files below a folder, readable by their owner alone."""

    folder: Path

    def kept(self, portal: Portal) -> Token | None:
        """Return the stored token for a portal, None when there is none that can be read."""
        try:
            said = json.loads(self._file(portal).read_text(encoding="utf-8"))
            expires = said.get("registrationExpiresAt")
            return Token(
                access_token=said["accessToken"],
                expires_at=_moment(said["expiresAt"]),
                refresh_token=said.get("refreshToken", ""),
                client_id=said.get("clientId", ""),
                client_secret=said.get("clientSecret", ""),
                registration_expires_at=_moment(expires) if expires else None,
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None  # as for the AWS CLI, a file that is none is the same as no file

    def keep(self, token: Token, portal: Portal) -> None:
        """Write a token, in one step, for its owner alone."""
        said: dict[str, Any] = {
            "startUrl": portal.start_url,
            "region": portal.region,
            "accessToken": token.access_token,
            "expiresAt": token.expires_at.strftime(_FORM),
        }
        if token.registration_expires_at:
            said |= {"clientId": token.client_id, "clientSecret": token.client_secret}
            said["registrationExpiresAt"] = token.registration_expires_at.strftime(_FORM)
        if token.refresh_token:
            said["refreshToken"] = token.refresh_token
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._file(portal)
        aside = file.with_suffix(f".{os.getpid()}")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
            json.dump(said, written)
        aside.replace(file)

    def _file(self, portal: Portal) -> Path:
        name = hashlib.sha1(portal.token_name.encode(), usedforsecurity=False).hexdigest()
        return self.folder / f"{name}.json"


def usual_cache() -> TokenCache:
    """Return the cache in the home folder."""
    return TokenCache(Path("~/.aws/sso/cache").expanduser())


def _moment(text: str) -> datetime:
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return datetime.fromisoformat(text).astimezone(UTC)
