"""Trust policies and names of the roles that Identity Center creates."""

import base64
import hashlib
import json
import secrets

# What IAM wants of a provider's metadata: SAML's form, and a thousand characters at least.
_METADATA = """<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{issuer}">
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
<X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
</IDPSSODescriptor></EntityDescriptor>"""


def new_role_name(permission_set: str) -> str:
    """Return a name no role has had: a role that is made again gets another one, as on AWS."""
    return f"AWSReservedSSO_{permission_set}_{secrets.token_hex(8)}"


def role_path(home_region: str) -> str:
    """Return the path of all roles of an Identity Center; it names the home Region unless that is us-east-1."""
    region = "" if home_region == "us-east-1" else f"{home_region}/"
    return f"/aws-reserved/sso.amazonaws.com/{region}"


def provider_name(instance_arn: str) -> str:
    """Return the name of the SAML provider that stands for this Identity Center in each account."""
    return f"AWSSSO_{instance_arn.rpartition('-')[2]}_DO_NOT_DELETE"


def provider_metadata(instance_arn: str) -> str:
    """Return the SAML metadata document of the provider; nobody here verifies an assertion, so its key is none."""
    nobodys_key = hashlib.shake_256(instance_arn.encode()).digest(800)
    return _METADATA.format(issuer=instance_arn, certificate=base64.b64encode(nobodys_key).decode())


def trust_policy(account_id: str, *, provider: str) -> str:
    """Return the trust policy: AWS's own statement, and one by which the local AWS, without SAML, issues sessions."""
    root = f"arn:aws:iam::{account_id}:root"
    aws = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    }
    local = {
        "Sid": "LocalSignIn",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"ArnEquals": {"aws:PrincipalArn": root}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [aws, local]})
