#!/bin/sh
# Set up this repository: the tool environment in .venv, then one environment a member.
# Takes the options of tools/bootstrap.py (--help lists them) and those of `ws install`.
set -eu

for python in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11 python; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    exec "$python" "$(dirname "$0")/tools/bootstrap.py" "$@"
  fi
done
echo 'error: no Python 3.11 or later found. Install one, or name it: PYTHON=/path/to/python3' >&2
exit 2
