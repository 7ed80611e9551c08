"""The port StackAnswers over HTTP: an answer arrives whole at its URL, or is reported as not taken."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from dayone.adapters.cloudformation import PresignedStackAnswers
from dayone.errors import Unavailable


class _Bucket(HTTPServer):
    """S3 as far as CloudFormation's presigned URLs go; `status` is what it answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Put)
        self.status = 200
        self.taken: list[tuple[str, str | None, bytes]] = []


class _Put(BaseHTTPRequestHandler):
    server: _Bucket

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, self.headers.get("Content-Type"), body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def bucket() -> Iterator[_Bucket]:
    with _Bucket() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_answer_is_put_without_a_content_type_which_the_signature_covers(bucket: _Bucket) -> None:
    url = f"http://127.0.0.1:{bucket.server_port}/answers/arn%3Aaws%7CSessionPolicy?X-Amz-Signature=0123"
    PresignedStackAnswers().send('{"Status": "SUCCESS"}', to=url)
    ((path, content_type, body),) = bucket.taken
    assert path == "/answers/arn%3Aaws%7CSessionPolicy?X-Amz-Signature=0123"
    assert not content_type
    assert body == b'{"Status": "SUCCESS"}'


@pytest.mark.parametrize("status", [403, 500])
def test_an_answer_that_is_not_taken_is_not_lost_in_silence(bucket: _Bucket, status: int) -> None:
    bucket.status = status
    with pytest.raises(Unavailable):
        PresignedStackAnswers().send("{}", to=f"http://127.0.0.1:{bucket.server_port}/answers?signed")
