"""CloudFront on this machine, for one distribution that it reads through the AWS API of the emulator.

It runs the deployed function code and the deployed Lambda package, has a cache for each point of presence, and sends
requests to the origin. Start it by `python -m localaws.edge`, or as `Edge` in a test.
"""

from __future__ import annotations

from localaws.edge.edge import Edge
from localaws.edge.messages import EdgeError, OriginRequest

__all__ = ["Edge", "EdgeError", "OriginRequest"]
