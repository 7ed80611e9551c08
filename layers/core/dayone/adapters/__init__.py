"""The only place that knows botocore: one class per AWS role."""
