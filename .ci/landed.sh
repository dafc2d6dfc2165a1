#!/usr/bin/env bash
# A migration that has landed has run on somebody's database: editing it would run nowhere again.
#   landed.sh        fails when a migration of the landed commit was changed, renamed or removed
#   landed.sh base   prints the landed commit, or nothing when there is none
# The landed commit is CI_BASE, else where this branch left the pull request's target or the default branch.
set -euo pipefail

base_commit() {
    local ref base head
    head=$(git rev-parse HEAD)
    for ref in "${CI_BASE:-}" ${GITHUB_BASE_REF:+"origin/$GITHUB_BASE_REF"} origin/main main; do
        [[ -n $ref && $ref != 0000000* ]] || continue
        base=$(git merge-base "$ref" HEAD 2>/dev/null) || continue
        # A base without the project (its first commit) has nothing that could have been migrated.
        if [[ $base != "$head" ]] && git cat-file -e "$base:manage.py" 2>/dev/null; then
            echo "$base"
            return
        fi
    done
}

base=$(base_commit)
if [[ ${1:-} == base ]]; then
    [[ -z $base ]] || echo "$base"
    exit 0
fi
if [[ -z $base ]]; then
    echo "no landed commit to compare with"
    exit 0
fi
changed=$(git diff --name-status --no-renames --diff-filter=DMT "$base" HEAD -- '*/migrations/[0-9]*.py')
if [[ -n $changed ]]; then
    echo "These migrations have landed and may not change; write a new one:"
    echo "$changed"
    exit 1
fi
echo "no migration that has landed by $(git rev-parse --short "$base") was changed"
