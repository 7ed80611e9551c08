"""Secrets generated for a template, with its kinds of characters, as Secrets Manager does."""

import json
import string
from typing import Any

from ministack.services import secretsmanager  # type: ignore[import-untyped]
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

_KINDS = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}
_FLAGS = (*_KINDS, "IncludeSpace", "RequireEachIncludedType")


def generate_secrets_as_aws_does() -> None:
    """Have MiniStack's CloudFormation read all of GenerateSecretString, and refuse what Secrets Manager refuses.

    It reads ExcludeCharacters and the length, and nothing else. Unnecessary when `_sm_secret_string` reads
    ExcludePunctuation, and refuses an ExcludeCharacters that leaves out all of a kind.
    Source: Secrets Manager API reference, GetRandomPassword.
    """
    provisioners._sm_secret_string = secret_string  # noqa: SLF001


def secret_string(properties: dict[str, Any]) -> str:
    """Return what a secret with these properties of a template holds; ValueError with AWS's words if it cannot be."""
    generated = properties.get("GenerateSecretString")
    if generated is None:
        return str(properties.get("SecretString", ""))
    password = random_password(generated)
    if "SecretStringTemplate" not in generated:
        return password
    return json.dumps({**json.loads(generated["SecretStringTemplate"]), generated["GenerateStringKey"]: password})


def random_password(recipe: dict[str, Any]) -> str:
    """Return a password by GenerateSecretString; ValueError with AWS's words if there can be none."""
    flags = {flag: str(recipe[flag]).lower() == "true" for flag in _FLAGS if flag in recipe}
    included = [characters for flag, characters in _KINDS.items() if not flags.get(flag)]
    excluded = set(recipe.get("ExcludeCharacters", ""))
    if flags.get("RequireEachIncludedType", True) and any(set(characters) <= excluded for characters in included):
        raise ValueError("All characters of the desired type have been excluded.")
    length = int(recipe.get("PasswordLength", 32))
    _status, _headers, body = secretsmanager._get_random_password({**recipe, **flags, "PasswordLength": length})  # noqa: SLF001
    answer = json.loads(body)
    if "RandomPassword" not in answer:
        raise ValueError(answer["message"])
    return str(answer["RandomPassword"])
