"""Passwords of the portal: a one-time password that the sandbox shows, then one that the person sets."""

import hashlib
import secrets
from dataclasses import dataclass

_ONE_TIME_CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
_KINDS = (
    ("a lowercase letter", str.islower),
    ("an uppercase letter", str.isupper),
    ("a number", str.isdigit),
    ("a character that is neither letter nor number", lambda character: not character.isalnum()),
)


@dataclass(frozen=True)
class _Kept:
    salt: bytes
    digest: bytes

    def fits(self, text: str) -> bool:
        return secrets.compare_digest(self.digest, _digest(text, self.salt))


class Passwords:
    """Passwords of each user (by id). A user made by the API has no password, as on AWS."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._one_time: dict[str, str] = {}

    def has_one(self, user_id: str) -> bool:
        """Return whether the user has set a password."""
        return user_id in self._kept

    def one_time(self, user_id: str, *, anew: bool = False) -> str:
        """Return the user's one-time password; `anew` makes another and ends the one the user has set."""
        if anew:
            self._kept.pop(user_id, None)
        if anew or user_id not in self._one_time:
            groups = ("".join(secrets.choice(_ONE_TIME_CHARACTERS) for _ in range(4)) for _ in range(3))
            self._one_time[user_id] = "-".join(groups)
        return self._one_time[user_id]

    def is_right(self, user_id: str, text: str) -> bool:
        """Return whether this is the password the user has set."""
        return user_id in self._kept and self._kept[user_id].fits(text)

    def is_one_time(self, user_id: str, text: str) -> bool:
        """Return whether this is the user's one-time password, which holds until a password is set."""
        return secrets.compare_digest(self._one_time.get(user_id, "\0").encode(), text.encode())

    def set(self, user_id: str, text: str) -> None:
        """Let this be the user's password; the one-time password has been used."""
        salt = secrets.token_bytes(16)
        self._kept[user_id] = _Kept(salt, _digest(text, salt))
        self._one_time.pop(user_id, None)


def weakness(text: str) -> str:
    """Return the requirements that a new password misses, in words for the person; empty when it is good enough.

    Source: IAM Identity Center User Guide, "Password requirements when managing identities in IAM Identity Center".
    """
    if not 8 <= len(text) <= 64:
        return "Use 8 to 64 characters."
    missing = [kind for kind, fits in _KINDS if not any(fits(character) for character in text)]
    return f"Use at least {' and '.join(missing)}." if missing else ""


def _digest(text: str, salt: bytes) -> bytes:
    return hashlib.scrypt(text.encode(), salt=salt, n=2**12, r=8, p=1)
