#!/bin/bash
# Format, lint, types, import contracts, migrations, translations, deployment settings.
set -euo pipefail
cd "$(dirname "$0")/.."
export READ_DOTENV=0 DEBUG=0 SECRET_KEY="${SECRET_KEY:-only-for-checks-0123456789-0123456789-0123456789-abcdef}"
export KEY_RING="check:$(printf 'x%.0s' {1..32} | base64)" VAR_DIR
VAR_DIR=$(mktemp -d)
trap 'rm -rf "$VAR_DIR"' EXIT
step() { echo "check: $1"; shift; "$@"; }
step "format" ruff format --check --quiet .
step "lint" ruff check --quiet .
step "templates" djlint --lint --quiet templates
step "types" mypy
step "imports" lint-imports
step "migrations" python manage.py makemigrations --check --dry-run
step "translations" python -m tests.translations check
step "deployment" env ALLOWED_HOSTS=portal.example python manage.py check --deploy --fail-level WARNING
