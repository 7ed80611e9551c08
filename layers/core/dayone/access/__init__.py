"""Who has what: entitlements, reports, and what Identity Center has at this moment."""
