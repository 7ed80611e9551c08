"""Adapters of AWS services, the only place that uses botocore: one class per AWS role."""
