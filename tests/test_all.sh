#!/bin/bash
# Everything, the whole corpora included, on Python 3.11 and on 3.13 beside it.
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
# The first that really runs: a version manager's stand-in on PATH may not.
other=
for candidate in python3.13 ~/.pyenv/versions/3.13*/bin/python3; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2> /dev/null; then
    other=$candidate
    break
  fi
done
if [ -n "$other" ]; then
  echo "tests on Python 3.13, PostgreSQL"
  [ -x .venv/py313/bin/python ] || "$other" -m venv .venv/py313
  .venv/py313/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt || status=$?
  .venv/py313/bin/python -m tests.run postgres -q -n 3 -m "not full" "$@" || status=$?
else
  echo "no Python 3.13 here: its run is skipped"
fi
echo "tests on SQLite (marked db)"
python -m tests.run sqlite -q -n 2 -m db "$@" || status=$?
echo "tests on PostgreSQL (all)"
coverage=()
# A part of the tests walks a part of the code only.
[ $# -gt 0 ] || coverage=(--cov=accounts --cov-branch --cov-fail-under=95 --cov-report=term:skip-covered)
python -m tests.run postgres -n 3 ${coverage[@]+"${coverage[@]}"} "$@" || status=$?
exit $status
