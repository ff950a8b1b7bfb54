#!/bin/sh
# Prepare what the tests need, then run every check, also those after a red one.
#   tools/run-tests.sh [--long] [arguments of pytest ...]     --long: property tests run all their rounds
# Tests with Docker use the engine that answers; else root (and CI) starts one, and stops it at the
# end. WS_TEST_DOCKER=0 leaves them out.
set -u
trap 'exit 130' INT  # or Ctrl-C would end one step only
trap 'exit 143' TERM # and the engine would be left running
cd "$(dirname "$0")/.." || exit 2

for argument do
  shift
  if [ "$argument" = --long ]; then export WS_TEST_LONG=1; else set -- "$@" "$argument"; fi
done

failed=
step() {
  name=$1 && shift
  printf '\n==> %s\n' "$name" >&2
  "$@" || failed="$failed${failed:+, }$name"
}

# A bare Debian has a python3 that cannot make environments, and no broker for the reference
# workspace. As root (in CI) that is mended here; anybody else is told what to install, or skips.
# No service is started: each test has a broker of its own.
get_packages() (
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
  fi
  apt-get -qq update && apt-get -qq install --yes --no-install-recommends "$@" >/dev/null
)
packages=
python3 -c 'import ensurepip' 2>/dev/null || packages="$packages python3-venv"
command -v redis-server >/dev/null || packages="$packages redis-server"
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # shellcheck disable=SC2086  # several words
  step "apt-get$packages" get_packages $packages
fi

step install ./install-python-workspace.sh --test
if [ -x .venv/bin/pytest ]; then
  step 'ruff check' .venv/bin/ruff check
  step 'ruff format' .venv/bin/ruff format --check
  step mypy .venv/bin/mypy
  engine() { .venv/bin/python tools/docker_engine.py "$@"; }
  if [ "${WS_TEST_DOCKER:-1}" = 0 ]; then
    printf '\n==> WS_TEST_DOCKER=0: the tests with Docker are left out\n' >&2
    set -- --ignore=tests/docker "$@"
  elif engine status 2>/dev/null; then
    step 'docker images' engine base
  elif [ "$(id -u)" = 0 ] || [ -n "${CI:-}" ]; then
    trap 'engine stop' EXIT
    step 'docker engine' engine start base
  fi
  eval "$(engine environment)"
  # Tests wait for programs and engines a lot: one worker more than cores.
  : "${PYTEST_XDIST_AUTO_NUM_WORKERS=$(($(getconf _NPROCESSORS_ONLN) + 1))}"
  export PYTEST_XDIST_AUTO_NUM_WORKERS
  # loadgroup: what shares images in one engine stays with one worker (tests/docker/conftest.py)
  step pytest .venv/bin/pytest -n auto --dist loadgroup "$@"
fi

printf '\n%s\n' "${failed:+Failed: }${failed:-All steps passed}." >&2
[ -z "$failed" ]
