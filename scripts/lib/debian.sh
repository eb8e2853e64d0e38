# Sourced by the scripts beside it: installs what is missing on a Debian machine, says what to do elsewhere.

# Stops with a remedy when Swift is missing.
need_swift() {
    if ! command -v swift >/dev/null; then
        echo "Swift 6.3 is not on the PATH: install it from https://www.swift.org/install/linux/ and try again." >&2
        exit 69
    fi
}

# Installs the Debian packages named that are not there yet.
need_packages() {
    local missing=()
    local package
    for package in "$@"; do
        dpkg-query --show --showformat='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
            missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        echo "Missing: ${missing[*]}. Install them with your package manager and try again." >&2
        exit 69
    fi
    local root=()
    [ "$(id -u)" = 0 ] || root=(sudo)
    echo "Installing ${missing[*]} (apt-get)" >&2
    "${root[@]}" apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# Makes a Python environment in .venv with the PyPI packages named; Debian's own Python takes none.
need_python() {
    need_packages python3 python3-venv
    [ -x .venv/bin/python ] || /usr/bin/python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@" >&2
}
