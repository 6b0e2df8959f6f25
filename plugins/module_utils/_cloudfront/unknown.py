# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Members of a configuration that botocore's model lacks. Its parser drops them, and an update replaces everything."""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree

MEMBER = "UnknownMembers"


def would_be_lost(whose: str, what: str) -> str:
    """The refusal of an update of *whose* configuration. There is no option to force it: what is lost is what another
    client has set, and a botocore that knows it is published when AWS adds it."""
    return (
        f"{whose} has {what}, which the installed botocore does not know: an update would remove that. Another client, "
        "such as the console, has set it. Run pip install --upgrade 'boto3[crt]', and run this again."
    )


def note(client: t.Any, operation: str, shape: t.Any) -> None:
    """Let the answers to *operation* have MEMBER, which is what an answer as botocore understands it lacks."""

    def add(response_dict: dict[str, t.Any], customized_response_dict: dict[str, t.Any], **kwargs: t.Any) -> None:
        customized_response_dict[MEMBER] = members(response_dict["body"], shape)

    client.meta.events.register(f"before-parse.cloudfront.{operation}", add)


def members(answer: bytes, shape: t.Any) -> list[str]:
    """The paths of those in the answer to a Get. *shape*: botocore's of the configuration, which has its name."""
    try:
        root = ElementTree.fromstring(answer)
    except ElementTree.ParseError:
        return []  # botocore reports that
    config = next((element for element in root if _name(element) == shape.name), None)
    return [] if config is None else sorted(set(_unknown(config, shape, "")))


def _unknown(element: ElementTree.Element, shape: t.Any, path: str) -> t.Iterator[str]:
    if shape.type_name == "list":
        for child in element:
            yield from _unknown(child, shape.member, path)
    if shape.type_name != "structure":
        return
    known = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    for child in element:
        name = _name(child)
        # `Items` is how a list is written, and means nothing to a reader.
        here = path if name == "Items" else f"{path}.{name}" if path else name
        if name in known:
            yield from _unknown(child, known[name], here)
        else:
            yield here


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
