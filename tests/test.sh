#!/bin/bash
# Every kind of test: what is marked `db` on SQLite, then everything on PostgreSQL.
# Three processes on PostgreSQL: many tests wait for servers. What needs Chromium, or
# servers of its file, is done by one of them (`tests/scheduling.py`).
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
echo "tests on SQLite (marked db)"
python -m tests.run sqlite -q -n 2 -m "db and not full and not long" "$@" || status=$?
echo "tests on PostgreSQL (all)"
python -m tests.run postgres -n 3 -m "not full" "$@" || status=$?
exit $status
