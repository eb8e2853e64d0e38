import Testing

@testable import USBTransport

@Suite struct USBErrorTests {
    @Test(arguments: USBError.Kind.allCases)
    func everyKindSaysWhatWasDoneWhyItFailedAndWhatToDo(kind: USBError.Kind) {
        let text = "\(USBError(kind, "opening HackRF One at /dev/bus/usb/001/004"))"
        #expect(text.hasPrefix("opening HackRF One at /dev/bus/usb/001/004: "))
        #expect(text.hasSuffix(": \(kind.cause); \(kind.remedy)"))
        #expect(kind.cause.count > 15 && kind.remedy.count > 10)
        #expect(!text.contains("\n"))
    }

    @Test func noTwoKindsHaveTheSameCause() {
        #expect(Set(USBError.Kind.allCases.map(\.cause)).count == USBError.Kind.allCases.count)
    }

    @Test func textsNameTheFilesAndCommandsThatHelp() {
        #expect(USBError.Kind.noPermission.remedy.contains("70-aiot-reader.rules"))
        #expect(USBError.Kind.noPermission.remedy.contains("usermod -aG aiot"))
        #expect(USBError.Kind.busy.remedy.contains("fuser -v"))
        #expect(USBError.Kind.noMemory.remedy.contains("/sys/module/usbcore/parameters/usbfs_memory_mb"))
        #expect(USBError.Kind.timedOut.remedy.contains("hub"))
    }

    /// The codes of libusb.h, which programs are compiled with.
    @Test func everyCodeOfLibusbHasItsKind() {
        let kinds: [Int32: USBError.Kind] = [
            -1: .inputOutput, -2: .invalidParameter, -3: .noPermission, -4: .noDevice, -5: .notFound, -6: .busy,
            -7: .timedOut, -8: .overflow, -9: .stalled, -10: .interrupted, -11: .noMemory, -12: .notSupported,
            -99: .other, -1_234: .other,
        ]
        for (code, kind) in kinds { #expect(LibUSB.kind(code) == kind) }
        #expect(LibUSB.kind(0) == nil)
        #expect(LibUSB.kind(3) == nil)
    }
}
