# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The native module in the package: made small, and checked for Lambda's runtime."""

from __future__ import annotations

import re
import struct

from .._core.errors import EdgeError

# Amazon Linux 2023, on which Lambda runs Python from 3.12 on.
MAX_GLIBC = (2, 34)

# System V ABI, "Object files": the positions in the header, and what stands there.
_E_TYPE, _E_PHOFF, _E_SHOFF, _E_PHENTSIZE, _E_SHENTSIZE = 16, 32, 40, 54, 58
_SHARED_OBJECT, _X86_64, _PT_LOAD = 3, 62, 1
_64_BIT_LITTLE_ENDIAN = b"\x7fELF\x02\x01"

_GLIBC = re.compile(rb"\0GLIBC_(\d+)\.(\d+)(?:\.\d+)?(?=\0)")


def check(name: str, content: bytes) -> None:
    """Raises EdgeError if Lambda's Python could not load the module *name*."""
    if not name.endswith(".abi3.so"):
        raise EdgeError(f"{name} is for one version of Python only: give a wheel whose module ends in .abi3.so.")
    kind = struct.unpack_from("<HH", content, _E_TYPE) if len(content) >= 64 else ()
    if not content.startswith(_64_BIT_LITTLE_ENDIAN) or kind != (_SHARED_OBJECT, _X86_64):
        raise EdgeError(f"{name} is not a shared object for Linux on x86-64, which Lambda@Edge runs.")
    # The names of the versions that it needs stand in its table of strings.
    needed = max((tuple(map(int, found)) for found in _GLIBC.findall(content)), default=(0, 0))
    if needed > MAX_GLIBC:
        raise EdgeError(
            f"{name} needs GLIBC {'.'.join(map(str, needed))}; Lambda has {'.'.join(map(str, MAX_GLIBC))}: "
            "give a wheel with an older manylinux tag."
        )


def stripped(content: bytes) -> bytes:
    """*content* without what is never loaded: debug information, symbols, and the sections' names after them.
    The loader goes by segments alone, so the file may end with the last one, and know of no sections."""
    offset = struct.unpack_from("<Q", content, _E_PHOFF)[0]
    size, count = struct.unpack_from("<HH", content, _E_PHENTSIZE)
    end = 0
    for at in range(offset, offset + size * count, size):
        kind, _flags, begin, _virtual, _physical, length = struct.unpack_from("<IIQQQQ", content, at)
        if kind == _PT_LOAD:
            end = max(end, begin + length)
    kept = bytearray(content[:end])
    struct.pack_into("<Q", kept, _E_SHOFF, 0)
    struct.pack_into("<HHH", kept, _E_SHENTSIZE, 0, 0, 0)
    return bytes(kept)
