"""GET /docs: show the API's document to whoever reads in a browser."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.api.docs import page_answer, page_refusal, page_requested, show_docs
from dayone.errors import NotFound
from dayone.logs import logger_of
from dayone.wiring import functions as wiring

logger = logger_of("show_docs")


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer with a page, or 404 for one that is not there."""
    try:
        page = show_docs(page_requested(event), text=wiring.show_docs_ports())
    except NotFound as error:
        return page_refusal(error)
    logger.info("page shown", extra={"page": page.name})
    return page_answer(page)
