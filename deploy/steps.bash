# What deploy/up, deploy/test and .ci/run do alike. Sourced by them, from the checkout's top folder.
# Everything here speaks on standard error: standard output belongs to the caller's result.

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'; else bold='' red='' plain=''; fi

say() { printf '%s%s%s\n' "$bold" "$*" "$plain" >&2; }
fail() {
    printf '%s%s%s\n' "$red" "$*" "$plain" >&2
    exit 2
}

# as_root command…: as root, or through sudo.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

may_be_root() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null || return 1
    # Without a password, or with somebody there to type it.
    sudo -n true 2>/dev/null || [ -t 0 ]
}

# install package…: what is missing of these Debian packages, and nothing if nothing is.
install() {
    local package missing=()
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    may_be_root || fail "Missing: ${missing[*]}. Only root may install them: apt-get install ${missing[*]}"
    say "Installing ${missing[*]}"
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    local wanted=("${apt[@]}" install -y --no-install-recommends "${missing[@]}")
    # The package lists may be old or not there at all.
    as_root "${wanted[@]}" >&2 || { as_root "${apt[@]}" update >&2 && as_root "${wanted[@]}" >&2; } ||
        fail "These packages could not be installed: ${missing[*]}"
}

need_swift() {
    command -v swift >/dev/null || fail "The Swift toolchain is missing (swift is not in PATH). Switchboard is built with Swift 6.3: https://www.swift.org/install"
}

# is_newer stamp path…: whether something in these paths changed after the stamp was made. A folder changes when a file goes away.
is_newer() {
    local stamp=$1
    shift
    [ ! -e "$stamp" ] || [ -n "$(find "$@" -newer "$stamp" -print -quit)" ]
}

# services field… [--if field]: of each service of the suite, one a line.
services() {
    command -v python3 >/dev/null || fail "python3 is missing. On Debian: apt-get install python3"
    python3 -B deploy/services.py "$@"
}

programs=.build/release
# Everything that is compiled; the pages are built apart. Running tests in Python leaves folders behind, which changes nothing that is compiled.
sources() {
    find Package.swift Shared Services Tests -regextype posix-extended \
        -regex 'Services/Gateway/Web|Tests/(Browser|Fault|Attack|Container|Deploy|Web)Tests|.*/__pycache__' -prune -o -newer "$1" -print -quit
}

# build [--build-tests]: one release build, with or without the tests, never twice. Tests reach into modules by `package`
# access and not by @testable, so both builds have the same flags and share everything.
build() {
    local stamp=.build/built${1:-} fresh
    if [ -e "$stamp" ] && [ -x $programs/switchboard ] && [ -z "$(sources "$stamp")" ]; then return; fi
    need_swift
    mkdir -p .build
    fresh=$(mktemp .build/building.XXXXXX) # as old as the beginning: what changes meanwhile is newer
    if ! swift build -c release "$@" >&2; then
        rm -f "$fresh"
        fail "The build failed."
    fi
    if [ -n "${1:-}" ]; then touch -r "$fresh" .build/built; fi
    mv "$fresh" "$stamp"
}

build_pages() {
    local pages=Services/Gateway/Web
    if is_newer $pages/dist/manifest.json deploy/web $(find $pages -mindepth 1 -maxdepth 1 -not -name dist); then deploy/web >&2; fi
}

# What it takes to build and run.
install_to_run() {
    command -v dpkg-query >/dev/null || fail "This is not Debian (dpkg is missing). Install libzmq, libpq, PostgreSQL 15, esbuild and React by hand, then use swift build, deploy/web and switchboard up."
    install libzmq3-dev libpq-dev postgresql-15 esbuild node-react node-react-dom node-chart.js python3
}

# What the tests in Python need besides; their libraries go into the checkout.
install_to_test() {
    install_to_run && install python3-venv libfaketime || return
    local wishes=Tests/BrowserTests/requirements.txt
    if is_newer .venv/installed $wishes; then
        rm -rf .venv
        python3 -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check -r $wishes && touch .venv/installed
    fi
}
