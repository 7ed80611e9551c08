"""The KMS key that the instance is encrypted with: a customer's key is used with the rights of whoever calls.

Source: Service Authorization Reference, AWS IAM Identity Center and AWS Identity Store, dependent actions (every action
but a few: kms:Decrypt); IAM Identity Center User Guide, "Baseline KMS key policy" (administrators also encrypt) and
"Troubleshoot customer managed keys" (the words); the service models (exceptions and their reasons).
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sandbox.identity_center.caller_rights import CallerRights
from sandbox.identity_center.protocol.service_error import ServiceError, conflict, invalid
from sandbox.identity_center.protocol.service_models import Operation
from sandbox.identity_center.settings import Settings
from sandbox.identity_center.sso_admin.moto_backend import SsoAdminState
from sandbox.identity_center.sso_admin.requests import Requests
from sandbox.sign_in.member_accounts import MemberAccounts

# Which of the two writes take more than kms:Decrypt, AWS does not say; here all do, as its administrators may.
_READ = ("kms:Decrypt",)
_WRITE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKeyWithoutPlaintext")
_CONFIGURE = ("kms:DescribeKey", *_WRITE)
_READS = ("Describe", "Get", "List", "IsMember")
_WITHOUT_KEY = frozenset({"ListInstances", "DescribeInstance", "CreateInstance", "DeleteInstance", "UpdateInstance"})
_DENIED = "AccessDenied"
# By service: the code of the error, and its Reason.
_ERRORS = {
    "sso-admin": {
        _DENIED: ("AccessDeniedException", "KMS_AccessDeniedException"),
        "NotFoundException": ("ResourceNotFoundException", "KMS_NotFoundException"),
        "DisabledException": ("ValidationException", "KMS_DisabledException"),
        "KMSInvalidStateException": ("ValidationException", "KMS_InvalidStateException"),
        "InvalidKeyUsageException": ("ValidationException", "KMS_InvalidKeyUsageException"),
    },
    "identitystore": {
        _DENIED: ("AccessDeniedException", "KMS_ACCESS_DENIED"),
        "NotFoundException": ("ResourceNotFoundException", "KMS_KEY_NOT_FOUND"),
        "DisabledException": ("ValidationException", "KMS_DISABLED"),
        "KMSInvalidStateException": ("ValidationException", "KMS_INVALID_STATE"),
        "InvalidKeyUsageException": ("ValidationException", "KMS_INVALID_KEY_USAGE"),
    },
}


class Keys(Protocol):
    """KMS, as far as Identity Center has to know how a key is."""

    def trouble(self, key_arn: str) -> str:
        """Return the code of KMS's refusal to use a key, such as `DisabledException`; else empty."""


class EveryKey:
    """Substitute for a missing KMS: every key exists and is enabled."""

    def trouble(self, key_arn: str) -> str:
        """See Keys."""
        del key_arn
        return ""


class KeysInKms:
    """Keys of the local AWS, read again each time."""

    def __init__(self, endpoint: str, *, region: str) -> None:
        self._accounts = MemberAccounts(endpoint, region=region)

    def trouble(self, key_arn: str) -> str:
        """See Keys."""
        client = self._accounts.kms(key_arn.split(":")[4])
        try:
            key = client.describe_key(KeyId=key_arn)["KeyMetadata"]
        except client.exceptions.NotFoundException:
            return "NotFoundException"
        if key["KeyState"] == "Disabled":
            return "DisabledException"
        if key["KeyState"] != "Enabled":
            return "KMSInvalidStateException"
        return "" if key["KeySpec"] == "SYMMETRIC_DEFAULT" else "InvalidKeyUsageException"


class Encryption:
    """The key in use, and the callers' right to use it."""

    def __init__(
        self, settings: Settings, state: SsoAdminState, rights: Callable[[], CallerRights], keys: Keys
    ) -> None:
        self._settings = settings
        self._state = state
        self._rights = rights
        self._keys = keys
        self._key_arn = ""
        self._status = "ENABLED"
        self._reason = ""

    def described(self) -> dict[str, str]:
        """Return the members of EncryptionConfigurationDetails."""
        named = {"KmsKeyArn": self._key_arn} if self._key_arn else {}
        reason = {"EncryptionStatusReason": self._reason} if self._reason else {}
        kind = "CUSTOMER_MANAGED_KEY" if self._key_arn else "AWS_OWNED_KMS_KEY"
        return {"KeyType": kind, **named, "EncryptionStatus": self._status, **reason}

    def check(self, access_key: str, operation: Operation) -> None:
        """Raise ServiceError when the caller may not have the key used for this, or nobody may."""
        key_arn = self._key_arn
        if not key_arn or operation.service not in _ERRORS or operation.name in _WITHOUT_KEY:
            return
        actions = _READ if operation.name.startswith(_READS) else _WRITE
        self._check(key_arn, actions, access_key=access_key, service=operation.service)

    def configure(self, wanted: Mapping[str, Any], requests: Requests, *, access_key: str) -> None:
        """Begin to use another key; the one before is in use until that is done."""
        if self._status == "UPDATING":
            raise conflict("The encryption configuration is being updated.")
        key_arn = str(wanted.get("KmsKeyArn", ""))
        if bool(key_arn) is not (wanted["KeyType"] == "CUSTOMER_MANAGED_KEY"):
            raise invalid("KmsKeyArn must be given for a customer managed key, and for no other.")
        if key_arn:
            if key_arn.split(":")[4] != self._settings.account_id:
                raise invalid("The KMS key must be in the account of the instance.")
            self._check(key_arn, _CONFIGURE, access_key=access_key, service="sso-admin")
        self._status, self._reason = "UPDATING", ""
        seconds = requests.behaviour.account_seconds
        requests.start("encryption", {}, lambda: self._configured(key_arn), seconds=seconds)

    def _configured(self, key_arn: str) -> None:
        if trouble := self._keys.trouble(key_arn) if key_arn else "":
            self._status, self._reason = "UPDATE_FAILED", f"The KMS key cannot be used: {trouble}"
            return
        self._key_arn, self._status = key_arn, "ENABLED"

    def _check(self, key_arn: str, actions: tuple[str, ...], *, access_key: str, service: str) -> None:
        if trouble := self._keys.trouble(key_arn):
            code, reason = _ERRORS[service][trouble]
            raise ServiceError(code, f"The KMS key cannot be used: {trouble}", Reason=reason)
        for action in actions:
            context = {} if action == "kms:DescribeKey" else self._context(service)
            via = {"kms:ViaService": f"{self._host(service)}.{self._settings.region}.amazonaws.com"}
            if refusal := self._rights().refusal(access_key, action, key_arn, context={**via, **context}):
                code, reason = _ERRORS[service][_DENIED]
                raise ServiceError(code, _words(refusal, action, key_arn), Reason=reason)

    def _context(self, service: str) -> dict[str, str]:
        """Return the encryption context, and the names in it, as conditions of a policy see them."""
        instance = self._state.instance
        key, value = "aws:sso:instance-arn", instance.instance_arn
        if service == "identitystore":
            key = "aws:identitystore:identitystore-arn"
            value = f"arn:aws:identitystore::{instance.account_id}:identitystore/{instance.identity_store_id}"
        return {f"kms:EncryptionContext:{key}": value, "kms:EncryptionContextKeys": key}

    @staticmethod
    def _host(service: str) -> str:
        return "sso" if service == "sso-admin" else service


def _words(refusal: str, action: str, key_arn: str) -> str:
    # Of a ciphertext KMS does not say which key it is of.
    ciphertext = "on the resource associated with this ciphertext"
    return refusal.replace(f"on resource: {key_arn}", ciphertext) if action == "kms:Decrypt" else refusal
