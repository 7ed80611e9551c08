"""Evaluation of the policy: matching, sensitivity, protection, versions."""
