# SPDX-License-Identifier: GPL-3.0-or-later

"""This machine, by a connection that is not called local."""

from __future__ import annotations

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = """
name: near
short_description: This machine
description: What ansible.builtin.local does.
author: The multiregion.edge contributors (@multiregion)
options:
  become_success_timeout:
    description: Seconds to wait for become.
    type: int
    default: 10
  become_strip_preamble:
    description: Whether the output of become is removed.
    type: bool
    default: true
extends_documentation_fragment: [connection_pipelining]
"""


class Connection(LocalConnection):
    transport = "direct.cases.near"
