#!/usr/bin/env bash
# sanity.sh VENV HOME [ARGUMENT ...]: ansible-test sanity, as the virtual environment VENV has it, on what the collection
# ships. It runs in a copy, for it needs a directory named ansible_collections/multiregion/edge with amazon.aws beside it.
# The rest of the tree is left to ruff and mypy. HOME keeps the virtual environments that ansible-test makes for its tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=$(cd "$1/bin" && pwd)
mkdir -p "$2"
home=$(cd "$2" && pwd)
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

collections=$work/ansible_collections
mkdir -p "$collections/multiregion/edge"
amazon=$("$bin/python" -c 'import ansible_collections.amazon.aws as aws; print(list(aws.__path__)[0])')
ln -s "$(dirname "$amazon")" "$collections/amazon"
git ls-files -co --exclude-standard -z -- galaxy.yml README.md LICENSE CHANGELOG.md meta plugins roles playbooks \
  files changelogs tests/config.yml tests/sanity requirements.txt | xargs -0 cp --parents -t "$collections/multiregion/edge"

# Its virtual environments are made without pip, for which it would download a script: the standard library has one.
cache=$home/.ansible/test/cache
mkdir -p "$cache"
for version in 24_2 25_2; do
  printf 'import ensurepip\nensurepip.bootstrap(default_pip=True)\n' > "$cache/get_pip_$version.py"
done

cd "$collections/multiregion/edge"
python=$("$bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if ! HOME=$home PATH=$bin:$PATH "$bin/ansible-test" sanity --venv --python "$python" --color no "$@" > "$work/log" 2>&1; then
  grep -E '^(ERROR|FATAL|WARNING)' "$work/log" || cat "$work/log"
  exit 1
fi
