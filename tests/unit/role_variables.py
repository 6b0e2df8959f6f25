# SPDX-License-Identifier: GPL-3.0-or-later

"""A role's variables as Ansible renders them from a playbook's input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

ROLES = Path(__file__).resolve().parents[2] / "roles"


def rendered(role: str, expression: str, **given: Any) -> Any:
    """The value of *expression* in the tasks of *role*, with its defaults and vars."""
    loader = DataLoader()
    variables: dict[str, Any] = {}
    for directory in ("defaults", "vars"):
        path = ROLES / role / directory / "main.yml"
        if path.exists():
            variables |= loader.load_from_file(str(path), trusted_as_template=True)
    return Templar(loader, variables=variables | given).evaluate_expression(trust_as_template(expression))
