"""The code at the edge, deployed by plain boto3 to local AWS and served by the local edge: no playbook, no module."""
