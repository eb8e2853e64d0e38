/// What a check of `doctor` has found, with what to do about it.
package struct Finding: Hashable, Sendable {
    package enum Verdict: String, CaseIterable, Sendable {
        case ok
        /// It works, but something will be missed one day.
        case warning
        /// The reader cannot work like this.
        case problem
    }

    /// What is looked at, in the order in which it is told.
    package enum Check: String, CaseIterable, Sendable {
        case configuration
        case boxes
        case firmware
        case permission
        case udevRule = "udev-rule"
        case kernelDriver = "kernel-driver"
        case modemManager = "modem-manager"
        case usbSpeed = "usb-speed"
        case usbHub = "usb-hub"
        case usbMemory = "usb-memory"
        case realTime = "real-time"
        case processor
        case clock
        case certificates
        case links
        case stateDirectory = "state-directory"
        case rtlSDR = "rtl-sdr"
    }

    package var check: Check
    package var verdict: Verdict
    package var text: String
    /// What mends it; nil where there is nothing to mend.
    package var remedy: String?

    package init(_ check: Check, _ verdict: Verdict, _ text: String, remedy: String? = nil) {
        self.check = check
        self.verdict = verdict
        self.text = text
        self.remedy = remedy
    }
}
