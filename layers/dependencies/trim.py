"""Takes out of the installed packages what no function needs, so that functions load less and start sooner.

Usage: `python trim.py FOLDER --extensions-from OTHER`, both filled by an installer, OTHER for another architecture.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

# The directories of botocore/data that are kept; to use another service, add it.
SERVICES = frozenset(
    {
        "cloudtrail",
        "cloudwatch",
        "dynamodb",
        "events",
        "iam",
        "identitystore",
        "kms",
        "lambda",
        "organizations",
        "s3",
        "scheduler",
        "secretsmanager",
        "service-quotas",
        "sesv2",
        "sns",
        "sqs",
        "ssm",
        "sso-admin",
        "sts",
    }
)
# Where a service has another name in endpoints.json.
_OTHERWISE = {"cloudwatch": "monitoring", "service-quotas": "servicequotas", "sesv2": "email", "sso-admin": "sso"}
ENDPOINTS = frozenset(_OTHERWISE.get(service, service) for service in SERVICES)
UNUSED = (
    "bin",
    "boto3/data",  # of boto3.resource, which nothing uses
    "boto3/examples",
    "pydantic/v1",
)
# Of a package's metadata the licence has to come along, and the name and version are worth keeping.
KEPT_METADATA = ("METADATA", "LICENSE*", "NOTICE*", "licenses")


def main() -> None:
    """Trim the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--extensions-from", type=Path, required=True)
    arguments = parser.parse_args()
    add_extensions(arguments.folder, other=arguments.extensions_from)
    for name in UNUSED:
        shutil.rmtree(arguments.folder / name)
    trim_services(arguments.folder / "botocore" / "data")
    for metadata in arguments.folder.glob("*.dist-info"):
        trim_metadata(metadata)


def add_extensions(folder: Path, *, other: Path) -> None:
    """Copy the extension modules of another architecture beside those of this one."""
    for extension in other.rglob("*.so"):
        target = folder / extension.relative_to(other)
        if target.exists():
            message = f"{target.name} does not say which architecture it is for"
            raise FileExistsError(message)
        shutil.copy2(extension, target)


def trim_services(folder: Path) -> None:
    """Remove the services that are not used from botocore's data."""
    for service in [entry for entry in folder.iterdir() if entry.is_dir() and entry.name not in SERVICES]:
        shutil.rmtree(service)
    if missing := SERVICES - {entry.name for entry in folder.iterdir()}:
        message = f"botocore knows no service {sorted(missing)}"
        raise LookupError(message)
    path = folder / "endpoints.json"
    endpoints: dict[str, Any] = json.loads(path.read_text())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in sorted(ENDPOINTS & services.keys())}
    path.write_text(json.dumps(endpoints, separators=(",", ":")))


def trim_metadata(folder: Path) -> None:
    """Remove a package's metadata but for its name, version and licence."""
    kept = {path for pattern in KEPT_METADATA for path in folder.glob(pattern)}
    for path in set(folder.iterdir()) - kept:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


if __name__ == "__main__":
    main()
