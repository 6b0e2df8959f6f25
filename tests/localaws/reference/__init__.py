"""The reference deployment, by plain boto3: a site in each origin mode, for the tests of local AWS."""
