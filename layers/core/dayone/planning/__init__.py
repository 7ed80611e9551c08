"""From facts and policy to a plan: desired access, the difference, and the guardrails."""
