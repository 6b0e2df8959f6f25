#!/usr/bin/env bash
# Print the path of a Python of this version (3.13), or fail. Each candidate is run: pyenv puts a python3.13 on the PATH
# whenever that version is installed, and it exits with 127 unless that version is also selected.
set -euo pipefail
version=$1
shopt -s nullglob

candidates=("python$version")
if command -v pyenv > /dev/null; then
  candidates+=("$(pyenv root)/versions/$version".*/bin/python)
fi
if command -v uv > /dev/null; then
  candidates+=("$(uv python find --no-python-downloads "$version" 2> /dev/null || true)")
fi
probe="import ensurepip, sys, venv
if '%d.%d' % sys.version_info[:2] != '$version':
    sys.exit(1)
print(sys.executable)"
for python in "${candidates[@]}"; do
  if "$python" -c "$probe" 2> /dev/null; then
    exit 0
  fi
done
exit 1
