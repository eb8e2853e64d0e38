import Testing

@testable import USBTransport

@Suite struct DescriptorTests {
    @Test func aSetupIsLittleEndian() {
        let setup = USBSetup(requestType: 0xc0, request: 18, value: 0x0102, index: 0x0304)
        #expect(setup.octets(length: 24) == [0xc0, 18, 2, 1, 4, 3, 24, 0])
    }

    @Test func stringsAreRequestedByNumberAndLanguage() {
        #expect(
            USBStringDescriptor.request(index: 3, language: 0x0409)
                == USBSetup(requestType: 0x80, request: 6, value: 0x0303, index: 0x0409))
        #expect(USBStringDescriptor.language([4, 3, 0x09, 0x04]) == 0x0409)
    }

    @Test func stringsAreUTF16() {
        #expect(USBStringDescriptor.text([8, 3, 0x49, 0, 0x49, 0, 0x4f, 0]) == "IIO")
        #expect(USBStringDescriptor.text([6, 3, 0xb5, 0, 0x73, 0]) == "µs")
    }

    @Test(
        arguments: [
            [], [2], [2, 3], [4, 2, 0x49, 0], [0, 3, 0x49, 0], [1, 3, 0x49, 0], [3, 3, 0x49],
            [6, 3, 0x20, 0, 0x07, 0],
        ] as [[UInt8]])
    func whatIsNoStringIsNone(octets: [UInt8]) {
        #expect(USBStringDescriptor.text(octets) == nil)
    }

    @Test func aStringIsNotLongerThanItSaysNorThanItIs() {
        #expect(USBStringDescriptor.text([4, 3, 0x49, 0, 0x4f, 0]) == "I")
        #expect(USBStringDescriptor.text([255, 3, 0x49, 0, 0x4f]) == "I")
    }

    @Test func aStringCannotSteerATerminal() {
        #expect(USBStringDescriptor.text([10, 3, 0x49, 0, 0x1b, 0, 0x0a, 0, 0x4f, 0]) == "IO")
    }

    @Test func aTitleSaysWhatItIsAndWhere() {
        var description = USBDescription(vendorID: 0x1d50, productID: 0x6089, bus: 1, address: 14, release: 0x0108)
        #expect(description.title == "USB device 1d50:6089 at /dev/bus/usb/001/014")
        description.product = "HackRF One"
        description.serial = "1234abcd"
        #expect(description.title == "HackRF One 1234abcd at /dev/bus/usb/001/014")
    }
}
