"""Whether Day One fits what it is deployed into, and what a deployment prepares."""
