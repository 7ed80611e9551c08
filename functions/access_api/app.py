"""/v1/...: answer what is and why, and take a policy."""

from typing import Any

from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from dayone.api.app import build_app, part_of
from dayone.errors import DayOneError
from dayone.logs import logger_of
from dayone.messages.deliveries import refusal
from dayone.messages.origin import check_request, check_signer
from dayone.wiring import functions as wiring

logger = logger_of("access_api")


@logger.inject_lambda_context(clear_state=True, correlation_id_path=correlation_paths.API_GATEWAY_REST)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a request that API Gateway has authorised; what goes wrong is answered as a problem document."""
    function = context.invoked_function_arn
    try:
        check_request(event, resource="/v1/{proxy+}", function=function, apis=wiring.own_apis())
        check_signer(event, function=function)
    except DayOneError as error:
        logger.warning("request not from the API", extra={"kind": type(error).__name__, "reason": str(error)})
        return refusal(error)
    return build_app(wiring.access_api_wired(), logger=logger, parts=[part_of(event)]).resolve(event, context)
