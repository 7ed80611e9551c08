"""The protocol of the AWS APIs: service models, signatures, validation of requests, pages and refusals."""
