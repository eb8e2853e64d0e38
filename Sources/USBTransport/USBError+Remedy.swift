extension USBError.Kind {
    /// Why, for a person at a shell.
    package var cause: String {
        switch self {
        case .noPermission: "this user may not open it"
        case .busy: "another program, or a driver of the kernel, has it"
        case .noDevice: "it is not there, or not any more"
        case .notFound: "the device has no such interface or endpoint"
        case .stalled: "the device refused it"
        case .timedOut: "the device did not answer in time"
        case .overflow: "the device sent more than it was asked for"
        case .noMemory:
            "the kernel has no memory for USB transfers: what it allows all programs together (in MB, the number in "
                + "/sys/module/usbcore/parameters/usbfs_memory_mb) is used up"
        case .interrupted: "the device was closed or reset meanwhile"
        case .notSupported: "the kernel or its USB controller cannot do it"
        case .invalidParameter: "this program asked USB for something impossible"
        case .inputOutput: "the transfer failed on the wire"
        case .other: "USB failed without saying why"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .noPermission:
            "copy udev/70-aiot-reader.rules to /etc/udev/rules.d, join its group (`sudo usermod -aG aiot $USER`, then "
                + "log in again), and plug the device in again"
        case .busy:
            "`sudo fuser -v` with its file under /dev/bus/usb names the program, which is to be ended; `lsusb -t` "
                + "names a driver, which `sudo modprobe -r` removes"
        case .noDevice: "plug it in, and look for it with `lsusb`; if it goes by itself, use another cable or port"
        case .notFound:
            "plug it into a port of the computer, as behind a hub without a supply of its own it may get no configuration "
                + "(`sudo dmesg | tail` tells); if that does not help, update its firmware"
        case .stalled: "plug it in again; if that does not help, update its firmware"
        case .timedOut:
            "plug it in again; if that does not help, use another cable, and a port of the computer instead of a hub"
        case .overflow: "plug it in again; if that does not help, update its firmware"
        case .noMemory:
            "end other programs that use USB radios, or raise the limit: `echo 256 | sudo tee "
                + "/sys/module/usbcore/parameters/usbfs_memory_mb`, and `usbcore.usbfs_memory_mb=256` on the kernel's "
                + "command line to keep it"
        case .interrupted: "open it again"
        case .notSupported: "use another port, such as one of USB 2.0, or a newer kernel"
        case .invalidParameter: "this is a fault of the program: report it with this text"
        case .inputOutput:
            "use another cable, or a port of the computer instead of a hub; `sudo dmesg | tail` has what the kernel saw"
        case .other: "see `sudo dmesg | tail`, or run with LIBUSB_DEBUG=4 in the environment, which makes libusb speak"
        }
    }
}
