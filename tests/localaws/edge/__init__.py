"""CloudFront on this machine, for one distribution that it reads back through the AWS API of the emulator.

It runs the deployed function code and the deployed Lambda package, keeps a cache for each point of presence, and sends
the rest to the origin. `python -m localaws.edge --help`, or `Edge` inside a test.
"""

from __future__ import annotations

from localaws.edge.edge import Edge
from localaws.edge.messages import EdgeError, OriginRequest

__all__ = ["Edge", "EdgeError", "OriginRequest"]
