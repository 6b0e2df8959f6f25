"""What the parts of the edge are asked with."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from localaws.edge.messages import ViewerRequest
from localaws.geo import load_pops

REQUEST = ViewerRequest(
    "id==", "GET", "www.example.com", "/a", "v=1&x=2", [("host", "www.example.com")], {"c": "1"}, "192.0.2.1"
)
SYDNEY = load_pops()["SYD"]
