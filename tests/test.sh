#!/bin/bash
# Every kind of test: what is marked `db` on SQLite, then everything on PostgreSQL.
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
echo "tests on SQLite (marked db)"
python -m tests.run sqlite -q -n 2 -m "db and not full" "$@" || status=$?
echo "tests on PostgreSQL (all)"
python -m tests.run postgres -n 2 -m "not full" "$@" || status=$?
exit $status
