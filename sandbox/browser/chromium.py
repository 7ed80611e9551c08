"""A person's actions on a page: read, type, click, and take a picture."""

import base64
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.browser.pipe import DevTools, find_browser
from sandbox.errors import SandboxError

_WAIT_SECONDS = 240.0
_LONGEST_PLACE = 50
_LOADED = "document.readyState === 'complete'"
_VISIBLE = "(() => { const e = document.querySelector(%s); return !!e && e.checkVisibility() })()"
_MIDDLE = """(() => { const e = document.querySelector(%s); e.scrollIntoView({block: "center"});
const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })()"""


class Chromium:
    """One page of a browser with an empty profile; elements are named by CSS selectors and waited for.

    `with Chromium() as page: page.go_to(url)`. Raises SandboxError where there is no browser.
    """

    def __enter__(self) -> Self:
        executable = find_browser()
        if executable is None:
            raise SandboxError("there is no Chromium on this machine")
        # A socket of Chromium's is in there, whose whole path may have 107 characters.
        place = "/tmp" if len(tempfile.gettempdir()) > _LONGEST_PLACE else None
        self._folder = Path(tempfile.mkdtemp(prefix="dayone-", dir=place))
        self._devtools = DevTools(executable, folder=self._folder)
        try:
            target = self._devtools.command("Target.createTarget", url="about:blank")
            attached = self._devtools.command("Target.attachToTarget", targetId=target["targetId"], flatten=True)
            self._session: str = attached["sessionId"]
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def go_to(self, url: str) -> None:
        """Open a page and wait until it has loaded."""
        said = self._command("Page.navigate", url=url)
        if said.get("errorText"):
            raise SandboxError(f"the browser cannot open {url}: {said['errorText']}")
        self._until(lambda: bool(self._value(_LOADED)), f"{url} has loaded")

    def wait_for(self, selector: str) -> None:
        """Wait until something can be seen on a page that has loaded."""
        # Asked at once: the page may change between two questions.
        is_there = f"{_LOADED} && {_VISIBLE % json.dumps(selector)}"
        self._until(lambda: bool(self._value(is_there)), f"{selector} is to be seen")

    def fill(self, selector: str, text: str) -> None:
        """Type into a field."""
        self.wait_for(selector)
        self._value(f"document.querySelector({json.dumps(selector)}).focus()")
        self._command("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Click in the middle of something, wherever that takes the browser."""
        self.wait_for(selector)
        x, y = self._value(_MIDDLE % json.dumps(selector))
        for kind in ("mousePressed", "mouseReleased"):
            self._command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def texts(self, selector: str) -> list[str]:
        """Return the text of everything that fits, visible or not, without waiting."""
        found = f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent.trim())"
        texts: list[str] = self._value(found)
        return texts

    def attributes(self, selector: str, name: str) -> list[str]:
        """Return an attribute of everything that fits, without waiting."""
        found = f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.getAttribute({json.dumps(name)}))"
        values: list[str] = self._value(found)
        return values

    def is_visible(self, selector: str) -> bool:
        """Return whether the first matching element is visible."""
        return bool(self._value(_VISIBLE % json.dumps(selector)))

    def text(self, selector: str) -> str:
        """Return the text of the first that fits, once it can be seen."""
        self.wait_for(selector)
        return self.texts(selector)[0]

    def screenshot(self, path: Path) -> None:
        """Keep a picture (PNG) of what can be seen."""
        picture = self._command("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(picture))

    def _until(self, seen: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                if seen():
                    return
            except SandboxError:  # the page that was asked has just made way for the next
                pass
            if time.monotonic() > deadline:
                shown = self._value("location.href + '\\n' + document.body.innerText")
                raise SandboxError(f"after {_WAIT_SECONDS:.0f} s not: {what}. The browser shows {shown}")
            time.sleep(0.05)

    def _value(self, expression: str) -> Any:  # noqa: ANN401 - JSON
        said = self._command("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in said:
            raise SandboxError(f"the page fails at {expression}: {said['exceptionDetails']}")
        return said["result"].get("value")

    def _command(self, method: str, **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        return self._devtools.command(method, session=self._session, **parameters)

    def _close(self) -> None:
        self._devtools.close()
        shutil.rmtree(self._folder, ignore_errors=True)
