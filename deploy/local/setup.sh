#!/bin/sh
# What a fresh Debian or Ubuntu machine needs to run Peygir, with --tests or --faults to test it:
# servers from the distribution, Python packages from requirements.lock into .venv, and those that
# only tests of deploy/ need from requirements-deploy.lock.
# Changes nothing, and takes no time, when all of it is there.
set -eu
cd "$(dirname "$0")/../.."

venv=.venv
stamp=$venv/peygir-setup
locks=requirements.lock
[ "${1:-}" != --tests ] || locks="$locks requirements-deploy.lock"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

# Names of Debian packages whose program is not here. A server whose address is given in the
# environment runs elsewhere.
missing_packages() {
    [ -n "${AMQP_URI:-}" ] || [ -e /usr/sbin/rabbitmq-server ] || echo rabbitmq-server
    [ -n "${REDIS_URL:-}" ] || command -v redis-server >/dev/null || echo redis-server
    command -v prometheus >/dev/null || echo prometheus
    # The MongoDB server that comes with the Python packages is linked to it.
    [ -n "${MONGO_URI:-}" ] || command -v mongod >/dev/null ||
        ls /usr/lib/*/libcurl.so.4 >/dev/null 2>&1 || echo libcurl4
    [ "$1" != --tests ] || command -v chromium >/dev/null || echo chromium
    [ "$1" != --tests ] || command -v amtool >/dev/null || echo prometheus-alertmanager
    [ "$1" != --faults ] || command -v cc >/dev/null || echo gcc libc6-dev
}

# The packages start servers of their own as soon as they are installed. Ours run under our own
# supervisor, on ports and data of their own, so those stay off.
install_packages() {
    [ "$(id -u)" = 0 ] || fail "These Debian packages are missing:" "$@" "
Install them with: sudo apt-get install --no-install-recommends $*"
    command -v apt-get >/dev/null || fail "Please install what Debian calls:" "$@"
    say "Installing Debian packages:" "$@"
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        trap 'rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
    if [ -d /run/systemd/system ]; then
        for service in rabbitmq-server redis-server prometheus prometheus-alertmanager; do
            case " $* " in *" $service "*) systemctl disable -q --now $service ;; esac
        done
    fi
}

find_python() {
    for candidate in python3.11 python3 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null
        then
            echo "$candidate"
            return
        fi
    done
    fail "Peygir runs on Python 3.11 (Nameko does not on later ones) and found none on the path."
}

install_python_packages() {
    python=$(find_python)
    if [ ! -x $venv/bin/python ]; then
        "$python" -m venv $venv || fail "Could not make $venv. On Debian: apt-get install python3-venv"
    fi
    uv=$(command -v uv || true)
    if [ -z "$uv" ]; then
        $venv/bin/python -m pip install -q uv
        uv=$venv/bin/uv
    fi
    say "Installing Python packages into $venv"
    # shellcheck disable=SC2086 - a list of words
    "$uv" pip sync -q --python $venv/bin/python --require-hashes $locks
}

packages=$(missing_packages "${1:-}")
# shellcheck disable=SC2086 - a list of words
[ -z "$packages" ] || install_packages $packages

# shellcheck disable=SC2086 - a list of words
wanted=$(sha256sum $locks)
# What tests need besides may stay where it is not asked for.
if [ "$(head -n "$(echo "$wanted" | wc -l)" $stamp 2>/dev/null)" != "$wanted" ]; then
    install_python_packages
    echo "$wanted" >$stamp
fi
