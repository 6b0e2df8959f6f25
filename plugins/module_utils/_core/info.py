# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What an info module does: it reads, and tells."""

from __future__ import annotations

import typing as t

from .aws import AnsibleAWSModule, Aws, explain
from .reconcile import failures

Facts = dict[str, t.Any]


def tell(module: AnsibleAWSModule, read: t.Callable[[AnsibleAWSModule, Aws], Facts]) -> None:
    """Exit with what *read* returns, or with a sentence."""
    with failures(lambda error: module.fail_json(msg=explain(error))):
        module.exit_json(changed=False, **read(module, Aws(module)))
