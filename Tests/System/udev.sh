#!/usr/bin/env bash
# udevadm test on a mock device (umockdev) of every front end that is known: group, mode, access for the user at the seat,
# ModemManager kept away, a name by serial, the service's instance wanted, also after Debian's own 60-libhackrf0.rules;
# another device is left alone; and planted mistakes are found. Needs no running udevd. Works as root: rules are read from /run/udev/rules.d, where they stand for the time of it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/lib/debian.sh
[ "$(id -u)" = 0 ] || exec sudo "$0" "$@"
need_packages udev umockdev passwd libhackrf0

rules=udev/70-aiot-reader.rules
folder=/run/udev/rules.d
# systemd gives the user at the seat every radio that its hardware database knows. Masked, so that our tag counts.
uaccess=$folder/70-uaccess.rules
# Of no real device: bus 128, device 127.
minor=16382
name=127-mock
# What no name may hold is in it, and what udev makes of that.
serial='0000 mo/ck'
cleaned=0000_mo_ck
for place in /etc/udev/rules.d/*aiot-reader.rules $folder/*aiot-reader.rules $uaccess; do
    [ ! -e "$place" ] || { echo "$place is in the way of this test: remove it for the time of it" >&2; exit 75; }
done
scratch=$(mktemp -d)
has_group=$(getent group aiot || true)
# What udevadm test leaves behind outside of the mock; a tag would still be there at the next event.
forget_device() {
    local links
    for links in /run/udev/links/*/c189:$minor; do rm -rf "${links%/*}"; done
    find /run/udev -name "c189:$minor" -delete
    find /dev -maxdepth 3 -lname '*bus/usb/128/127' -delete
    [ ! -d /dev/aiot-reader ] || find /dev/aiot-reader -depth -type d -empty -delete
}
clean_up() {
    forget_device
    rm -rf "$scratch" "$folder"/*aiot-reader.rules $uaccess
    [ -n "$has_group" ] || groupdel aiot
}
trap clean_up EXIT
[ -n "$has_group" ] || groupadd --system aiot
mkdir -p "$folder"
group=$(getent group aiot | cut -d: -f3)

fail() { echo "FAILED: $*" >&2; exit 1; }

# What udev would do with a USB device of this vendor and product.
processed() {
    forget_device
    cat >"$scratch/device" <<DEVICE
P: /devices/pci0000:00/0000:00:14.0/usb1/$name
N: bus/usb/128/127
E: DEVNAME=/dev/bus/usb/128/127
E: DEVTYPE=usb_device
E: SUBSYSTEM=usb
E: PRODUCT=$1/$2/102
E: MAJOR=189
E: MINOR=$minor
A: idVendor=$1\n
A: idProduct=$2\n
A: serial=$serial\n
DEVICE
    umockdev-run --device "$scratch/device" -- \
        udevadm test --action=add /sys/devices/pci0000:00/0000:00:14.0/usb1/$name 2>&1
}

# What is wrong with how udev treats the device, of this kind; nothing when it is right.
faults() {
    local said box=$3-$cleaned
    said=$(processed "$1" "$2")
    grep -q '^DEVTYPE=usb_device' <<<"$said" || echo "udevadm test did not run: $said"
    [ "$(grep -oP ' GROUP \K\d+$' <<<"$said" | tail -1)" = "$group" ] || echo "the group is not aiot in the end"
    [ "$(grep -oP ' MODE \K\d+$' <<<"$said" | tail -1)" = 0660 ] || echo "the mode is not 0660 in the end"
    grep -q "^run: 'uaccess'" <<<"$said" || echo "the user at the seat gets no access"
    grep -q '^ID_MM_DEVICE_IGNORE=1' <<<"$said" || echo "ModemManager would open it"
    grep -q "^DEVLINKS=.*/dev/aiot-reader/$box\( \|$\)" <<<"$said" || echo "it has no name by its serial"
    grep -q '^TAGS=.*:systemd:' <<<"$said" || echo "systemd does not look at it"
    grep -q "^SYSTEMD_WANTS=aiot-reader@$box.service$" <<<"$said" || echo "its instance of the service is not wanted"
    ! grep "aiot-reader.rules:.*\(nvalid\|nknown\|ignoring\)" <<<"$said" || echo "udev does not understand the rules"
}

# Puts the rules in place under a name, with a sed script applied to them.
install_rules() {
    rm -f "$folder"/*aiot-reader.rules
    sed "${2:-}" "$rules" >"$folder/${1:-70-aiot-reader.rules}"
}

: >$uaccess
install_rules
for device in 1d50:6089:hackrf 0456:b673:pluto 0bda:2832:rtlsdr 0bda:2838:rtlsdr; do
    IFS=: read -r vendor product kind <<<"$device"
    found=$(faults "$vendor" "$product" "$kind")
    [ -z "$found" ] || fail "$device: $found"
done
grep -q '60-libhackrf0.rules:.* GROUP' <<<"$(processed 1d50 6089)" || fail "60-libhackrf0.rules is not there to be overridden"
! grep 'aiot-reader.rules:\|ID_MM_DEVICE_IGNORE\|SYSTEMD_WANTS' <<<"$(processed 046d c52b)" || fail "a device that is no front end is touched"

# Plants a mistake: the file's name, the sed script, what must be found for a HackRF One.
planted() {
    install_rules "$1" "$2"
    grep -q "$3" <<<"$(faults 1d50 6089 hackrf)" || fail "not found: $1 with $2"
}
planted 50-aiot-reader.rules '' 'group'
planted 70-aiot-reader.rules 's/6089/6088/' 'group'
planted 70-aiot-reader.rules 's/GROUP="aiot"/GROUP="aoit"/' 'understand'
planted 70-aiot-reader.rules 's/"uaccess"/"uacess"/' 'seat'
planted 75-aiot-reader.rules '' 'seat'
planted 70-aiot-reader.rules 's/ID_MM_DEVICE_IGNORE/ID_MM_DEVICE_IGNORED/' 'ModemManager'
planted 70-aiot-reader.rules 's/MODE="0660"/MODE="0666"/' 'mode'
planted 70-aiot-reader.rules 's/ATTR{idVendor}/ATR{idVendor}/' 'group'
planted 70-aiot-reader.rules 's/^ENV{ID_SERIAL_SHORT}/ENV{ID_SERIAL_LONG}/' 'no name by its serial'
planted 70-aiot-reader.rules '/^ENV{ID_SERIAL_SHORT}/s/$env{ID_SERIAL_SHORT}/$attr{serial}/' 'no name by its serial'
planted 70-aiot-reader.rules 's/TAG+="systemd"/TAG+="sytemd"/' 'systemd does not look'
planted 70-aiot-reader.rules 's/aiot-reader@/aiot-raeder@/' 'instance of the service is not wanted'
echo "udev: 4 devices as they should be, 12 planted mistakes found"
