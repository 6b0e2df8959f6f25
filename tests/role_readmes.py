"""README.md of each role, made of what the role has: the documentation of its entry points and variables
(meta/argument_specs.yml), their defaults, and as the example the play that its molecule scenario runs.

    python -m role_readmes    writes them all; tests/unit/test_role_readmes.py finds out whether they are up to date
"""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
ROLES = REPOSITORY / "roles"
SCENARIOS = REPOSITORY / "extensions" / "molecule"

_README = """\
# multiregion.edge.{role}

<!-- Made by `python -m role_readmes` of argument_specs.yml, defaults and the converge.yml of the molecule scenario. -->

{entries}
## Requirements

- ansible-core {core} or newer, the collection amazon.aws, and on the control node boto3 with its `crt` extra, as the
  collection's `requirements.txt` has them.
- AWS credentials, as amazon.aws takes them, with the permissions that `docs/deployer` of the collection lists.

## Example

```yaml
{example}```
"""

_ENTRY = """\
{heading}{description}

| variable | type | default | description |
|---|---|---|---|
{rows}
"""


def readme(role: str) -> str:
    directory = ROLES / role
    specs = _load(directory / "meta" / "argument_specs.yml")["argument_specs"]
    defaults = _load(directory / "defaults" / "main.yml") or {}
    core = _load(directory / "meta" / "main.yml")["galaxy_info"]["min_ansible_version"]
    entries = "\n".join(_entry(name, spec, defaults) for name, spec in specs.items())
    example = (SCENARIOS / role / "converge.yml").read_text().removeprefix("---\n")
    return _README.format(role=role, entries=entries, core=core, example=example)


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def _entry(name: str, spec: dict[str, Any], defaults: dict[str, Any]) -> str:
    heading = "" if name == "main" else f"## With `tasks_from: {name}`\n\n"
    paragraphs = [f"{spec['short_description']}.", *_paragraphs(spec["description"])]
    rows = [_row(option, facts, defaults) for option, facts in spec["options"].items()]
    return _ENTRY.format(heading=heading, description="\n\n".join(map(_markdown, paragraphs)), rows="\n".join(rows))


def _paragraphs(description: str | list[str]) -> list[str]:
    return [description] if isinstance(description, str) else description


def _row(option: str, facts: dict[str, Any], defaults: dict[str, Any]) -> str:
    kind = f"list of {facts['elements']}" if "elements" in facts else facts["type"]
    text = " ".join(_markdown(each) for each in _paragraphs(facts["description"]))
    if "choices" in facts:
        text += f" One of {', '.join(f'`{choice}`' for choice in facts['choices'])}."
    if facts.get("required"):
        default = "required"
    else:
        value = defaults.get(option, facts.get("default"))
        default = "" if value is None else f"`{value if isinstance(value, str) and value else json.dumps(value)}`"
    return f"| `{option}` | {kind} | {default} | {text} |".replace("  ", " ")


def _markdown(text: str) -> str:
    """Ansible's markup: C(code), V(value), O(option), M(module), and links."""
    text = re.sub(r"\bO\((?:[\w.]+#module:)?([^)]*)\)", r"`\1`", text)
    text = re.sub(r"\b[CVM]\(([^)]*)\)", r"`\1`", text).replace('`""`', '`""`')
    return re.sub(r"\bU\(([^)]*)\)", r"<\1>", text)


def main() -> None:
    for directory in sorted(ROLES.iterdir()):
        (directory / "README.md").write_text(readme(directory.name))


if __name__ == "__main__":
    main()
