# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds one file from the modules in src/, as CloudFront accepts it: python build.py [TARGET]

CloudFront accepts 10,240 bytes and no modules but its own. So imports, exports, comments and indentation are removed;
names are kept, so that stack traces are readable. The same sources give the same bytes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE / "viewer_request.js"
LARGEST = 10 * 1024
# The most characters that replace each: the site's name, and true or false, unless the placeholder stays.
PLACEHOLDERS = {"__EDGE_NAME__": 32, "__EDGE_SELECTS_ORIGINS__": len("__EDGE_SELECTS_ORIGINS__")}

HEAD = """\
import cf from 'cloudfront';
// The viewer function of multiregion.edge. SPDX-License-Identifier: GPL-3.0-or-later
// Built by files/edge/viewer_request/build.py from the modules in src/, which have the comments.
"""

_OF_CLOUDFRONT = "import cf from 'cloudfront';"
_IMPORT = re.compile(r"import \{ [\w, ]+ \} from '\./([\w-]+\.js)';")


class BuildError(Exception):
    """A sentence: what is wrong with the sources."""


def build(directory: Path = HERE / "src") -> str:
    """The function's code. The role replaces the placeholders."""
    parts: dict[str, str] = {}
    _add("handler.js", directory, parts, ())
    code = HEAD + "".join(parts.values())
    left = bytes_left(code)
    if left < 0:
        raise BuildError(f"The function is {-left} bytes over the {LARGEST} that CloudFront accepts: shorten it.")
    return code


def bytes_left(code: str) -> int:
    """Of what CloudFront accepts, with the longest replacements of the placeholders."""
    for placeholder, longest in PLACEHOLDERS.items():
        code = code.replace(placeholder, "n" * longest)
    return LARGEST - len(code.encode())


def _add(name: str, directory: Path, parts: dict[str, str], importers: tuple[str, ...]) -> None:
    """Add the module after those that it imports."""
    if name in parts:
        return
    if name in importers:
        raise BuildError(f"src/{name} imports itself through {' and '.join(importers)}: break the circle.")
    if not (directory / name).is_file():
        raise BuildError(f"src/{name} is imported by {importers[-1] if importers else 'no module'} but does not exist.")
    kept = []
    for number, line in enumerate((directory / name).read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if found := _IMPORT.fullmatch(text):
            _add(found[1], directory, parts, (*importers, name))
        elif text and text != _OF_CLOUDFRONT and not text.startswith("//"):
            kept.append(_shortened(line.rstrip(), f"src/{name}:{number}"))
    parts[name] = "".join(kept)


def _shortened(line: str, where: str) -> str:
    text = line.lstrip()
    if "/*" in text or "`" in text or text.startswith(("import", "export default", "export {")):
        raise BuildError(f"{where}: write // comments, quoted strings, import {{ names }} and export function alone.")
    # A comment after code; strings in the sources never have spaces around two slashes.
    text = text.split(" // ", 1)[0].removeprefix("export ")
    return " " * ((len(line) - len(line.lstrip())) // 2) + text + "\n"


def main(arguments: list[str]) -> int:
    target = Path(arguments[0]) if arguments else TARGET
    try:
        code = build()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(code, encoding="utf-8", newline="\n")
    left = bytes_left(code)
    print(f"{target}: {LARGEST - left} bytes, {left} left with {' and '.join(PLACEHOLDERS)} replaced")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
