"""AWS's error codes by what can be done about them; a code belongs to a group when it begins with one of its words."""

SERVER_ERROR = 500
THROTTLES = (
    "Throttling",
    "ThrottledException",
    "TooManyRequests",
    "RequestThrottled",
    "KmsThrottled",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceeded",
)
CONFLICTS = (
    "ConflictException",
    "TransactionConflict",
    "TransactionInProgress",
    "ConcurrentModification",
    "PolicyChangesInProgress",
)
# What a conflict says of a name or a membership that is there already. Seen: tests/captures, identitystore-03, -04.
TAKEN = ("Duplicate ", "Member and Group relationship already exists")
FAILURES = ("Internal", "ServiceException", "ServiceUnavailable", "RequestTimeout")
# Our role lacks a right, our credentials are none or no longer any, or AWS may not use the key that it encrypts with.
# Sources: Common Error Types in the API references of IAM, STS and SQS; AWS KMS errors as SQS and others hand them on.
DENIALS = (
    "AccessDenied",
    "AuthFailure",
    "AuthorizationError",
    "NotAuthorized",
    "UnauthorizedAccess",
    "UnauthorizedOperation",
    "ExpiredToken",
    "RequestExpired",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignature",
    "InvalidToken",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClient",
    "OptInRequired",
    "SubscriptionRequired",
    "DecryptionFailure",
    "EncryptionFailure",
)
# These work on what they were asked for after they have answered, and so much at a time.
# Source: IAM Identity Center API Reference, ServiceQuotaExceededException of the three.
ASYNCHRONOUS = frozenset({"CreateAccountAssignment", "DeleteAccountAssignment", "ProvisionPermissionSet"})
# As AWS says it with the code of a throttle, though fewer calls would not help. Source: published errors of clients.
CROWDED = "too many requests processing"
MISSING_QUEUE = ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")
