#!/usr/bin/env bash
# The package on a Debian 12 of its own: Tests/Package/run.sh [PACKAGE], without one scripts/package makes it.
# lintian has no errors; it installs, starts by its unit's ExecStart as its unit's user, upgrades, is removed and purged,
# and each time only what it says is left. Works as root; the system is made once (debootstrap) and kept in .build/package.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/lib/debian.sh
[ "$(id -u)" = 0 ] || exec sudo --preserve-env=PATH "$0" "$@"
# Mounts of this run end with it.
[ -n "${IN_NAMESPACE:-}" ] || IN_NAMESPACE=1 exec unshare --mount --mount-proc --pid --fork --kill-child "$0" "$@"
need_packages debootstrap lintian dpkg-dev binutils python3

scratch=$PWD/.build/package
mkdir -p "$scratch"
package=${1:-$(scripts/package | tail -n 1)}
folder=$(mktemp -d)
trap 'umount -R "$folder/root/proc" 2>/dev/null || true; rm -rf "$folder"' EXIT
failed=0
# rule TEXT COMMAND...: says whether what must hold does.
rule() {
    local what=$1
    shift
    if "$@" >"$folder/output" 2>&1; then
        echo "held    $what"
    else
        failed=1
        echo "FAILED  $what"
        sed 's/^/        /' "$folder/output" | tail -n 20
    fi
}
not() { ! "$@"; }
all() { local command; for command in "$@"; do eval "$command" || { echo "not so: $command"; return 1; }; done; }

lintian --allow-root "$package" | tee "$folder/lintian" || true
rule "lintian has no errors" not grep -q '^E:' "$folder/lintian"

base=$scratch/debian-12-$(dpkg --print-architecture).tar
if [ ! -f "$base" ]; then
    debootstrap --variant=minbase \
        --include=man-db,systemd-standalone-sysusers,libusb-1.0-0,libsqlite3-0,libstdc++6,zsh \
        bookworm "$folder/base" >"$folder/debootstrap.log" || { tail "$folder/debootstrap.log"; exit 1; }
    rm -rf "$folder"/base/var/cache/apt/archives/*.deb "$folder"/base/var/lib/apt/lists/*
    tar -C "$folder/base" -cf "$base.new" .
    mv "$base.new" "$base"
    rm -rf "$folder/base"
fi
root=$folder/root
mkdir "$root"
tar -C "$root" -xf "$base"
mount -t proc proc "$root/proc"
in_root() { DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$root" "$@"; }
files() { (cd "$root" && find etc usr var lib/systemd lib/udev -not -path 'var/lib/dpkg/*' -not -path 'var/log/*' \
    -not -path 'var/cache/*' -not -path '*__pycache__*' | sort); }
# The users stay, as everywhere in Debian, and with them the copies that sysusers makes.
accounts='^etc/(passwd|group|shadow|gshadow|\.pwd\.lock|subuid|subgid)-?$'
files | grep -vE "$accounts" >"$folder/before"

# An older version of it, to upgrade from: the same program.
older=$(VERSION=0.0.1 PROGRAM=$(dpkg-deb --fsys-tarfile "$package" | tar -C "$folder" -x ./usr/bin/aiot-reader &&
    echo "$folder/usr/bin/aiot-reader") scripts/package "$folder" | tail -n 1)
install() { cp "$1" "$root/tmp/" && in_root dpkg --install --force-confold "/tmp/$(basename "$1")"; }
program=$root/usr/bin/aiot-reader
enabled=$root/etc/systemd/system/multi-user.target.wants/aiot-reader.service

rule "it installs, and asks nothing" install "$older"
rule "users and groups are there" all "in_root id aiot" "in_root id aiotf"
rule "the service is enabled, and no configuration is there to start it" \
    all '[ -L "$enabled" ]' '[ ! -e "$root/etc/aiot-reader/reader.yaml" ]' \
    'grep -qx "ConditionPathExists=/etc/aiot-reader/reader.yaml" "$root/lib/systemd/system/aiot-reader.service"'
rule "it needs no library of Swift" all 'in_root ldd /usr/bin/aiot-reader' \
    '! in_root ldd /usr/bin/aiot-reader | grep -iE "swift|foundation|dispatch|not found"'
rule "the program has less than 40 MB" [ "$(stat -c %s "$program")" -lt 40000000 ]
rule "--help is there" in_root aiot-reader --help
pages() {
    local page
    for page in "$root"/usr/share/man/man*/aiot-reader*.gz; do
        [ -z "$(in_root man --warnings -E UTF-8 -l -Tutf8 -Z "${page#"$root"}" 2>&1 >/dev/null)" ] || {
            echo "$page"; in_root man --warnings -E UTF-8 -l -Tutf8 -Z "${page#"$root"}" 2>&1 >/dev/null; return 1; }
    done
    for page in aiot-reader aiot-reader-run aiot-reader-aiotf aiot-reader.yaml; do
        in_root man --path "$page" >/dev/null && in_root sh -c "man $page | grep -q ." || return 1
    done
}
# minbase leaves manual pages out.
rm -f "$root/etc/dpkg/dpkg.cfg.d/"*
rule "manual pages render without a warning" pages
rule "completions parse in bash and zsh" all \
    'in_root bash -n /usr/share/bash-completion/completions/aiot-reader' \
    'in_root zsh -n /usr/share/zsh/vendor-completions/_aiot-reader'
dated() { in_root aiot-reader inventory --devices 3 --format json --record "/tmp/größe" >/dev/null &&
    grep -q "\"core:datetime\": *\"$(date -u +%Y)" "$root/tmp/größe.sigmf-meta"; }
rule "an inventory runs; dates and names beyond ASCII are right" dated

# As systemd starts it: the unit's ExecStart, user and folders.
cp docs/examples/reader.yaml "$root/etc/aiot-reader/reader.yaml"
rule "a configuration that is not finished is refused with 78" \
    /usr/bin/python3 -B Tests/Package/start.py "$root" aiot-reader.service 78
printf '%s\n' 'front-end: {type: loopback, devices: 5}' 'links: [{name: core, endpoints: ["unix:/run/aiotf.sock"]}]' \
    >"$root/etc/aiot-reader/reader.yaml"
rule "the service comes to READY=1 and stops with 0" \
    /usr/bin/python3 -B Tests/Package/start.py "$root" aiot-reader.service 0
in_root sh -c 'mkdir -p /var/lib/aiot-reader-aiotf && echo key >/var/lib/aiot-reader-aiotf/store.db'
cp "$root/etc/aiot-reader/reader.yaml" "$folder/reader.yaml"
# What `systemctl disable` does.
rm "$enabled"
kept() { cmp "$folder/reader.yaml" "$root/etc/aiot-reader/reader.yaml"; }

rule "it upgrades" install "$package"
rule "an upgrade keeps configuration, state, and that the service was disabled" \
    all kept '[ -s "$root/var/lib/aiot-reader/epoch" ]' '[ ! -e "$enabled" ]'
rule "the upgraded service comes to READY=1 and stops with 0" \
    /usr/bin/python3 -B Tests/Package/start.py "$root" aiot-reader.service 0
rule "it is removed" in_root dpkg --remove aiot-reader
rule "what is removed keeps configuration and state, and nothing else" \
    all kept '[ -s "$root/var/lib/aiot-reader/epoch" ]' '[ ! -e "$program" ]' '! in_root man --path aiot-reader'
rule "it installs again" install "$package"
rule "it is purged" in_root dpkg --purge aiot-reader
rule "a purge keeps what people wrote and the devices' keys, and nothing else of it" \
    all kept '[ -s "$root/var/lib/aiot-reader-aiotf/store.db" ]' '[ ! -e "$root/var/lib/aiot-reader" ]'
rm -rf "$root/etc/aiot-reader" "$root/var/lib/aiot-reader-aiotf"
left() { files | grep -vE "$accounts" | diff "$folder/before" - ; }
rule "nothing is left of it" left
exit "$failed"
