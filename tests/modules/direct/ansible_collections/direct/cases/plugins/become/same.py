# SPDX-License-Identifier: GPL-3.0-or-later

"""Become the same user, for which no machine needs a password."""

from __future__ import annotations

from typing import Any

from ansible.plugins.become import BecomeBase

DOCUMENTATION = """
name: same
short_description: Become the same user
description: Runs the command through another shell.
author: The multiregion.edge contributors (@multiregion)
options:
  become_user:
    description: Who to become.
    vars: [{name: ansible_become_user}]
    keyword: [{name: become_user}]
  become_pass:
    description: The password.
    vars: [{name: ansible_become_password}]
"""


class BecomeModule(BecomeBase):
    name = "direct.cases.same"

    def build_become_command(self, cmd: str, shell: Any) -> str:
        super().build_become_command(cmd, shell)
        return self._build_success_command(cmd, shell) if cmd else cmd
