"""Reads who signed a request for which Region and service, and refuses requests without a signature of AWS's form.

Signatures are not computed again: the keys of other servers of the local AWS sign here, too. Codes, texts and status
from the API references' "Common errors" and "Troubleshoot Signature Version 4".
"""

import re
from dataclasses import dataclass

from sandbox.identity_center.protocol.service_error import ServiceError

STATUS = 403
_ALGORITHM = "AWS4-HMAC-SHA256"
_PART = re.compile(r"(\w+)=([^,\s]+)")
_SCOPE = re.compile(r"(?P<key>[A-Za-z0-9]+)/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z-]+)/aws4_request")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


class SignatureRefused(ServiceError):
    """Refusal of a request before it is processed; its HTTP status is STATUS."""


@dataclass(frozen=True)
class Signature:
    """The access key that signed, and the Region whose endpoint the request is for."""

    access_key: str
    region: str


def read_signature(authorization: str, *, signing_name: str) -> Signature:
    """Read the Authorization header of a request to the service that signs under this name.

    Raises SignatureRefused for a header that is missing, incomplete, or for another service.
    """
    if not authorization:
        raise SignatureRefused("MissingAuthenticationTokenException", "Missing Authentication Token")
    algorithm, _, rest = authorization.partition(" ")
    parts = dict(_PART.findall(rest))
    if algorithm != _ALGORITHM:
        message = f"Authorization header requires '{_ALGORITHM}', not '{algorithm}'."
        raise SignatureRefused("IncompleteSignatureException", message)
    missing = [name for name in ("Credential", "SignedHeaders", "Signature") if name not in parts]
    if missing:
        message = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        raise SignatureRefused("IncompleteSignatureException", message)
    scope = _SCOPE.fullmatch(parts["Credential"])
    if scope is None:
        message = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."
        raise SignatureRefused("IncompleteSignatureException", message)
    if scope["service"] != signing_name:
        message = f"Credential should be scoped to correct service: '{signing_name}'. "
        raise SignatureRefused("InvalidSignatureException", message)
    if not _SIGNATURE.fullmatch(parts["Signature"]):
        message = (
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details."
        )
        raise SignatureRefused("InvalidSignatureException", message)
    return Signature(access_key=scope["key"], region=scope["region"])
