"""Parse a request: its caller, its query, the part of a list, and its body."""

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from dayone.api.spec import Parameter
from dayone.errors import Malformed, TooLarge, Unauthentic
from dayone.lookups import Window
from dayone.model.audit import AUTHOR
from dayone.model.preconditions import Precondition
from dayone.model.subjects import Subject, moment_in

SINCE = Parameter(name="since", text="Only from this time or date (UTC) on.", example="2026-11-23T08:00:00Z")
UNTIL = Parameter(name="until", text="Only before this time or date (UTC).", example="2026-11-24")
type Event = Mapping[str, Any]


def word_of[W: StrEnum](event: Event, name: str, words: type[W]) -> W | None:
    """One of the words, None without; raises Malformed that names them all."""
    text = query_text(event, name)
    return word_in(text, name=name, words=words) if text else None


def word_in[W: StrEnum](text: str, *, name: str, words: type[W]) -> W:
    """Return the word of a text, in upper or lower case; raise Malformed with all valid words."""
    by_text = {str(word).casefold(): word for word in words}
    if text.casefold() not in by_text:
        raise Malformed(f"`{name}` is {text!r}, but must be one of {', '.join(words)}")
    return by_text[text.casefold()]


def moment_of(event: Event, name: str) -> datetime | None:
    """Parse a time in ISO 8601 with its zone, or a day, which begins at midnight UTC; raise Malformed."""
    text = query_text(event, name)
    if not text:
        return None
    moment = moment_in(f"{text}T00:00Z" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else text)
    if moment is None:
        raise Malformed(f"`{name}` must be a date or time such as 2026-11-23 or 2026-11-23T08:00:00Z")
    if moment.tzinfo is None:
        raise Malformed(f"`{name}` has no time zone: end it with Z for UTC, or with the offset, written %2B01:00")
    return moment.astimezone(UTC)


def subject_in(event: Event, name: str = "subject") -> Subject | None:
    """Parse a subject such as `person:e-1001`, None without; raise Malformed."""
    text = query_text(event, name)
    try:
        return Subject.parse(text) if text else None
    except ValueError as error:
        raise Malformed(f"`{name}` must be a subject such as person:e-1001 or account:123456789012") from error


def seconds_of(event: Event, name: str, *, most: int) -> int:
    """Parse a whole number of seconds from 1 to `most`, 0 without; raise Malformed."""
    text = query_text(event, name)
    if text and not (re.fullmatch(r"[0-9]{1,3}", text) and 1 <= int(text) <= most):
        raise Malformed(f"`{name}` must be a number of seconds from 1 to {most}")
    return int(text or 0)


def words_in(words: type[StrEnum]) -> dict[str, object]:
    """Return the JSON Schema of one of the words."""
    return {"type": "string", "enum": [str(member) for member in words]}


LARGEST_POLICY = 256 * 1024  # bytes; a DynamoDB record holds 400 KB
LARGEST_LIMIT = 100
USUAL_LIMIT = 25
_SHORTER = "in a policy use globs and fewer lists, of people send fewer at once"
# Half of a character outside the basic plane, as JSON writes one: few bodies have any.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# What the name of a session can hold, and an ARN.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, RoleSessionName
AUTHOR_NAME = r"[A-Za-z0-9_+=,.@-]{2,128}|arn:aws[a-z-]{0,16}:(iam|sts)::[0-9]{12}:[A-Za-z0-9_+=,.@/-]{1,1024}"
_MOST_AUTHORS = 20
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,127}")
_LONGEST_SHOWN = 40


def caller_of(event: Event) -> str:
    """Return the ARN established by API Gateway's IAM authorisation; raise Unauthentic when there is none."""
    arn = event["requestContext"].get("identity", {}).get("userArn")
    if not arn:
        raise Unauthentic("the request is not signed: sign it for execute-api with AWS credentials")
    return str(arn)


def authors_of(event: Event) -> tuple[str, ...]:
    """Return the people named by `author` in the query, each once, as `author:` and the given name.

    Each is a user name, as in an ARN of a session, or an ARN. Raises Malformed for more than twenty, and for a name
    that no caller can have.
    """
    named = dict.fromkeys((event.get("multiValueQueryStringParameters") or {}).get("author") or ())
    if len(named) > _MOST_AUTHORS:
        raise Malformed(f"at most {_MOST_AUTHORS} authors can be named")
    for name in named:
        if not re.fullmatch(AUTHOR_NAME, name):
            raise Malformed("`author` is neither a user name nor an ARN: use the name that the person signs in with")
    return tuple(f"{AUTHOR}{name}" for name in named)


def check_nothing_is_empty(event: Event) -> None:
    """Raise Malformed when a member of the query, or a part of the path, is there and empty, and for `.` and `..`.

    An empty variable of a script would otherwise ask about everybody: `/v1/people/` and `?person=`.
    """
    several = event.get("multiValueQueryStringParameters") or {}
    for name, value in {**several, **(event.get("queryStringParameters") or {})}.items():
        if not all(str(entry).strip() for entry in (value, *several.get(name, ()))):
            raise Malformed(f"`{name}` is empty: give it a value, or leave it out")
    parts = str(event["path"]).split("/")[1:]
    if parts != [""] and any(unquote(part).strip() in ("", ".", "..") for part in parts):
        raise Malformed("a part of the path is empty, `.` or `..`: write the id or the name that it stands for")


def check_query(event: Event, *, names: Mapping[str, bool]) -> None:
    """Raise Malformed for an unknown or repeated member of the query.

    `names` has, for each member that a route accepts, whether it is a list, and may be given several times.

    `?persn=e-1001` would otherwise query everybody, and `?person=e-1&person=e-2` one of the two.
    """
    several = event.get("multiValueQueryStringParameters") or {}
    for name in {**several, **(event.get("queryStringParameters") or {})}:
        if name not in names:
            takes = f"there are {', '.join(f'`{each}`' for each in names)}" if names else "there are none here"
            raise Malformed(f"there is no parameter `{name[:_LONGEST_SHOWN]}`: {takes}")
        if len(several.get(name, ())) > 1 and not names[name]:
            raise Malformed(f"`{name}` is there more than once: give it one value")


def window_of(event: Event, *, largest: int = LARGEST_LIMIT, usual: int = USUAL_LIMIT) -> Window:
    """`limit`, `cursor` and `group` of the query; raises Malformed for a limit that is none."""
    limit = _query(event, "limit") or str(usual)
    if not re.fullmatch(r"[0-9]{1,4}", limit) or not 1 <= int(limit) <= largest:
        raise Malformed(f"`limit` must be a number from 1 to {largest}; the default is {usual}")
    return Window(limit=int(limit), cursor=_query(event, "cursor"), group=_query(event, "group"))


def file_of(event: Event) -> str:
    """Return the name of the uploaded file, `policy.yaml` unless the query has another; raise Malformed."""
    return _file_name(_query(event, "file") or "policy.yaml", what="`file`")


def files_of(event: Event) -> Mapping[str, str]:
    """Return the policy's texts by file name: one YAML text, or, sent as JSON, `{"files": {name: text}}`.

    Raises Malformed for anything else, TooLarge over 256 KiB.
    """
    text = text_of(event)
    if header_of(event, "content-type").partition(";")[0].strip().lower() != "application/json":
        return {file_of(event): text}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON: send the YAML text as it is, or fix the JSON") from error
    files = value.get("files") if isinstance(value, dict) and value.keys() == {"files"} else None
    if not isinstance(files, dict) or not files or not all(isinstance(entry, str) for entry in files.values()):
        raise Malformed('the body is not a policy: send `{"files": {"access.yaml": "version: 1 ..."}}`')
    return {_file_name(name, what="a name in `files`"): text for name, text in files.items()}


def text_of(event: Event, *, what: str = "the policy's YAML text") -> str:
    """Return the body as text; raise Malformed when it is empty or not UTF-8, TooLarge over 256 KiB."""
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        if len(raw) > LARGEST_POLICY:
            raise TooLarge(f"the body has {len(raw):,} bytes, more than {LARGEST_POLICY:,}: {_SHORTER}")
        text = raw.decode()
        if _SURROGATE.search(text):
            _check_escapes(text)
    except (binascii.Error, UnicodeError) as error:
        raise Malformed("the body is not UTF-8 text: save the policy as UTF-8") from error
    if not text.strip():
        raise Malformed(f"the body is empty: send {what} as the body")
    return str(text)


def check_whole(text: str, *, what: str) -> None:
    """Raise Malformed for a text with half a character, which nothing can write or keep."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Malformed(f"{what} holds half a character, a surrogate without the other: remove it") from None


def _check_escapes(body: str) -> None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return  # for whoever reads it to say
    check_whole(json.dumps(value, ensure_ascii=False), what="the body")


def subjects_of(event: Event) -> Sequence[str]:
    """Return the `subjects` of a JSON body, none without a body; raise Malformed for any other body."""
    if not event.get("body"):
        return ()
    try:
        value = json.loads(text_of(event, what='`{"subjects": ["account:123456789012"]}`, or nothing,'))
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON: leave it out, or fix it") from error
    subjects = value.get("subjects") if isinstance(value, dict) and value.keys() == {"subjects"} else None
    if not isinstance(subjects, list) or not subjects or not all(isinstance(entry, str) for entry in subjects):
        raise Malformed('the body names no subjects: send `{"subjects": ["account:123456789012"]}`, or nothing')
    return subjects


def object_of(event: Event, *, members: Collection[str], what: str) -> Mapping[str, object]:
    """Return the JSON object in the body, empty without one; raise Malformed for any other body or more members."""
    if not event.get("body"):
        return {}
    try:
        value = json.loads(text_of(event, what=what))
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON: fix it") from error
    if not isinstance(value, dict) or value.keys() - set(members):
        raise Malformed(f"the body does not have the expected form: send {what}")
    return value


def query_text(event: Event, name: str) -> str:
    """Return a member of the query, empty when it is not there."""
    return _query(event, name)


def required_of(event: Event, name: str, *, example: str) -> str:
    """Return a required member of the query; raise Malformed."""
    text = _query(event, name)
    if not text:
        raise Malformed(f"`{name}` is missing: add `?{name}={example}`")
    return text


def _file_name(name: str, *, what: str) -> str:
    if not _FILE.fullmatch(name):
        raise Malformed(f"{what} is not a file name: use at most 128 letters, digits, dots, dashes, `_` and `/`")
    return name


def header_of(event: Event, name: str) -> str:
    """Return a header of the request by its name in lower case, empty when it is not there."""
    headers = event.get("headers") or {}
    return next((str(value) for key, value in headers.items() if key.lower() == name), "")


def _query(event: Event, name: str) -> str:
    return str((event.get("queryStringParameters") or {}).get(name) or "")


_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS = re.compile(rf"{_TAG}(?:[ \t]*,[ \t]*{_TAG})*")
_STRONG = re.compile(r'(?:^|[ \t,])"([\x21\x23-\x7e]*)"')

IF_MATCH = Parameter(
    name="If-Match",
    text="Write only if this ETag is the current one; `*`: only if the resource exists.",
    place="header",
    example='"7"',
)
IF_NONE_MATCH = Parameter(
    name="If-None-Match", text="`*`: write only if the resource does not exist yet.", place="header", example="*"
)
PRECONDITIONS = (IF_MATCH, IF_NONE_MATCH)


def etag_of(version: object) -> str:
    """Return the strong entity tag of a version, which is a number or a text of visible ASCII without quotes."""
    return f'"{version}"'


def precondition_of(event: Event) -> Precondition:
    """Return the precondition in a request's headers; raise Malformed for invalid ones."""
    match, none_match = header_of(event, "if-match").strip(), header_of(event, "if-none-match").strip()
    if none_match not in ("", "*"):
        raise Malformed("`If-None-Match` must be `*`, which writes only if the resource does not exist")
    if match and none_match:
        raise Malformed("`If-Match` and `If-None-Match: *` exclude each other: send one of them")
    if match in ("", "*"):
        return Precondition(must_exist=match == "*", must_be_new=none_match == "*")
    if not _TAGS.fullmatch(match):
        raise Malformed('`If-Match` must be a list of ETags: send the `ETag` of an answer, such as `If-Match: "7"`')
    # A weak tag never matches: two that are weakly the same need not be the same. None at all must not mean "any".
    return Precondition(versions=frozenset(_STRONG.findall(match)) or frozenset({match}))
