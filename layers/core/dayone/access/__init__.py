"""Access of people and groups: entitlements, reports, and the current contents of Identity Center."""
