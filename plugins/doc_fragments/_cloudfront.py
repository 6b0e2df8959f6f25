# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

from __future__ import annotations


class ModuleDocFragment:
    # A resource of CloudFront that is known by its name.
    DOCUMENTATION = r"""
options:
  name:
    description: The exact name by which it is known.
    type: str
    required: true
  state:
    description:
      - V(present) brings it about, with the least change. What is not given survives.
      - V(absent) deletes it, and nothing that lacks this collection's mark. While distributions use it, CloudFront
        refuses that, and the message names it.
    type: str
    choices: [present, absent]
    default: present
  config:
    description:
      - Further members of the configuration, as botocore names them, in snake case. So what AWS adds can be used as
        soon as botocore knows it. A list that AWS counts (C(Quantity), C(Items)) is a plain list.
      - A member that is V(null), here or inside an option, is removed, or set back to its default where CloudFront
        cannot be without it.
      - An option that is given replaces the member here.
    type: dict
    default: {}
  adopt:
    description:
      - What to do where none has the O(name). V(equal) uses one of any name that has the same effect, which spares the
        account's quota. AWS's own come first, then this collection's, then others.
      - V(managed) uses AWS's own only, and V(never) none.
      - What is adopted is never changed or deleted. It may be deleted by others.
    type: str
    choices: [equal, managed, never]
    default: equal
notes:
  - This collection's mark is C((multiregion.edge)) in its comment or description. One of this O(name) that has no mark
    is used as it is if it has the same effect, and refused otherwise.
  - If another process changes it during the run, it is read and planned again. A warning names what was
    overwritten.
"""
