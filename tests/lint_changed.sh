#!/usr/bin/env bash
# lint_changed.sh BIN: what lint finds in what differs from main, committed or not. ruff is quick and reads everything; mypy
# runs if a Python file changed, ansible-lint on the roles and playbooks that changed. Without Git, all of it runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PWD/$1:$PATH

changed() {
  local base
  base=$(git merge-base HEAD origin/main 2> /dev/null || git merge-base HEAD main 2> /dev/null || git rev-parse HEAD)
  git diff --name-only --diff-filter=d "$base"
  git ls-files --others --exclude-standard
}

ruff check --quiet .
ruff format --check --quiet .
if git rev-parse HEAD > /dev/null 2>&1; then
  files=$(changed)
else
  files=$(printf '%s\n' tests/conftest.py roles/*/tasks/main.yml playbooks/*.yml)
fi
if grep -q '\.py$' <<< "$files"; then
  mypy
fi
mapfile -t content < <(sed -nE 's,^(roles/[^/]+)/.*,\1,p; s,^(playbooks/.*\.yml|site\.yml)$,\1,p' <<< "$files" | sort -u)
if ((${#content[@]})); then
  ansible-lint --offline -q "${content[@]}"
fi
