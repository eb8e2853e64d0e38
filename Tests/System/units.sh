#!/usr/bin/env bash
# systemd-analyze on the units, in a root of their own where their program exists: verify says nothing, the exposure is
# low, the users are there; and it does find planted mistakes. Needs no running systemd.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/lib/debian.sh
need_packages systemd

# A template is looked at through an instance, as udev names them.
units=(aiot-reader.service aiot-reader@hackrf-0123.service aiot-reader-aiotf.service)
# The file of a unit.
file() { echo "systemd/${1/@*./@.}"; }
# In tenths. Real-time priority for samples (no RestrictRealtime, two system calls more) costs the reader 0.2 of it.
largest_exposure=15
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,usr/bin,usr/lib/systemd,usr/lib/sysusers.d,etc/systemd/system}
cp -a /usr/lib/systemd/system "$root/usr/lib/systemd/"
cp systemd/aiot-reader.sysusers "$root/usr/lib/sysusers.d/aiot-reader.conf"
for program in /usr/bin/aiot-reader /bin/kill; do install -m 755 /bin/true "$root$program"; done

fail() { echo "FAILED: $*" >&2; exit 1; }

# Puts the units into the root, with a sed script applied to them.
install_units() {
    local unit
    for unit in "${units[@]}"; do sed "${1:-}" "$(file "$unit")" >"$root/etc/systemd/system/${unit/@*./@.}"; done
}
verify() { systemd-analyze verify --root="$root" --man=no "${units[@]}" 2>&1 || true; }

install_units
said=$(verify)
[ -z "$said" ] || fail "systemd-analyze verify: $said"

# Plants a mistake: the sed script, and what must be said about it.
planted() {
    install_units "$1"
    grep -q "$2" <<<"$(verify)" || fail "not found by systemd-analyze verify: $1"
}
planted 's/^Type=notify/Type=notfy/' 'Failed to parse service type'
planted 's/^ProtectHome=/ProtectHouse=/' "Unknown key"
planted 's/^After=/After=nowhere;/' 'nowhere'
planted 's/^SystemCallFilter=@system-service/SystemCallFilter=@sytem-service/' 'sytem-service'
planted 's,^ExecStart=/usr/bin/,ExecStart=/usr/sbin/,' 'not executable'
install_units

for unit in "${units[@]}"; do
    systemd-analyze security --offline=true --threshold="$largest_exposure" "$(file "$unit")" >"$root/security" ||
        fail "$unit: $(tail -1 "$root/security")"
done
if systemd-analyze security --offline=true --threshold=5 "systemd/${units[0]}" >/dev/null; then
    fail "systemd-analyze security found no exposure at all"
fi

systemd-sysusers --root="$root" aiot-reader.conf >/dev/null 2>&1 || fail "systemd-sysusers takes no aiot-reader.sysusers"
for unit in "${units[@]}"; do
    user=$(sed -n 's/^User=//p' "$(file "$unit")")
    grep -q "^$user:" "$root/etc/passwd" || fail "$unit: systemd/aiot-reader.sysusers makes no user $user"
done
grep -q "^$(grep -o 'GROUP="[a-z]*"' udev/70-aiot-reader.rules | head -1 | cut -d'"' -f2):" "$root/etc/group" ||
    fail "systemd/aiot-reader.sysusers does not make the group of the udev rules"
# The template is the service but for its instance: whoever changes one changes the other.
of_instance='s/^Description=.*/& on %i/; s,/reader\.\(yaml\|key\)$,/%i.\1,; s/^\(State\|Runtime\)Directory=.*/&-%i/'
differences() {
    diff <(sed "$of_instance" "${1:-systemd/aiot-reader.service}") systemd/aiot-reader@.service | grep '^[<>]' |
        grep -v '^[<>] # ' || true
}
[ -z "$(differences)" ] || fail "aiot-reader@.service is not aiot-reader.service with an instance: $(differences)"
sed 's/^UMask=.*/UMask=0022/' systemd/aiot-reader.service >"$root/other.service"
[ -n "$(differences "$root/other.service")" ] || fail "not found: a template that differs from the service"
echo "units: verified, 6 planted mistakes found"
