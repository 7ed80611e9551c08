"""The start URL, by which programs name a portal: `https://<identity store>.awsapps.com/start`, as AWS's default is.

The AWS CLI of version 2 takes none that is not https and AWS's own, and fetches nothing from one that is. Here nothing
answers at it: programs find sign-in by their endpoint variables, and people open the portal's own URL.
"""


def start_url_of(identity_store_id: str) -> str:
    """Return the start URL of the portal of an identity store."""
    return f"https://{identity_store_id}.awsapps.com/start"


def is_same(start_url: str, given: str) -> bool:
    """Return whether a program's start URL is this one, as it is or as a browser shows it (`/start/#/`)."""
    return given.lower().rstrip("#/") == start_url.lower()
