import Glibc

/// The daemon that speaks the ASCII protocol of IIO, one conversation a pipe.
extension EmulatedPluto {
    func serveAll() { for index in pipes.indices where pipes[index].phase.isWaiting { serve(index) } }

    /// Does what the host has asked for by one pipe, as far as it goes.
    func serve(_ index: Int) {
        guard pipes[index].isOpen else { return }
        while step(index) {}
    }

    /// - Returns: false when it waits for the host or for the air.
    private func step(_ index: Int) -> Bool {
        switch pipes[index].phase {
        case .line:
            guard let line = pipes[index].takeLine(bed) else { return false }
            carryOut(line, index)
        case .attribute(let attribute, let length):
            guard let octets = pipes[index].take(length, bed) else { return false }
            let text = String(decoding: octets.prefix { $0 != 0 && $0 != 10 }, as: UTF8.self)
            let result = attribute.map { write(text, to: $0) } ?? -ENOENT
            pipes[index].say(result < 0 ? result : Int32(length), bed)
            pipes[index].phase = .line
        case .block(let length):
            guard let octets = pipes[index].take(length, bed) else { return false }
            transmitter.push(octets)
            pipes[index].wait(.room(length))
        case .room(let length):
            guard transmitter.hasRoom else { return false }
            pipes[index].say(Int32(length), bed)
            pipes[index].phase = .line
        case .samples(let left, let isFirst):
            let chunk = min(left, receiver.blockOctets)
            guard chunk > 0, let octets = receiver.take(chunk) else { return false }
            pipes[index].say(Int32(chunk), bed)
            if isFirst { pipes[index].tell(Array("00000003\n".utf8), bed) }
            pipes[index].tell(octets, bed)
            if left > chunk {
                pipes[index].wait(.samples(left - chunk, isFirst: false))
            } else {
                pipes[index].phase = .line
            }
        }
        return true
    }

    private func write(_ text: String, to attribute: IIOAttribute) -> Int32 {
        let result = context.write(text, to: attribute)
        // Bits of a status register are cleared by writing them.
        let words = text.split(separator: " ")
        if words.count == 2, words[0].lowercased() == "0x80000088" {
            if attribute.key == "receiver.register" { receiver.hasOverflown = false }
            if attribute.key == "transmitter.register" { transmitter.hasUnderflown = false }
        }
        return Int32(result)
    }

    private func read(_ attribute: IIOAttribute) -> String {
        let value = context.value(of: attribute)
        guard attribute.name == "direct_reg_access" else { return value }
        guard value.split(separator: " ").first?.lowercased() == "0x80000088" else { return "0x0" }
        let bits =
            attribute.key == "receiver.register" ? (receiver.hasOverflown ? 4 : 0) : (transmitter.hasUnderflown ? 1 : 0)
        return "0x\(bits)"
    }

    /// One line of the protocol.
    private func carryOut(_ line: String, _ index: Int) {
        let words = line.split(separator: " ")
        switch words.first {
        case "VERSION": pipes[index].tell(Array("0.24.v0.24  \n".utf8), bed)
        case "PRINT": pipes[index].tell(context.xml, bed)
        case "TIMEOUT":
            let milliseconds = words.dropFirst().first.flatMap { Int($0) } ?? 0
            pipes[index].timeout = milliseconds > 0 ? .milliseconds(milliseconds) : nil
            pipes[index].say(0, bed)
        case "EXIT": pipes[index].phase = .line
        default: pipes[index].say(carryOut(words, index), bed)
        }
    }

    /// A command about a device; nil: it answers later, or has answered.
    private func carryOut(_ words: [Substring], _ index: Int) -> Int32? {
        guard words.count > 1, let device = context.device(words[1]) else { return words.count > 1 ? -ENODEV : -EINVAL }
        switch (words[0], words.count) {
        case ("GETTRIG", 2): return -ENOENT
        case ("SET", 4) where words[2] == "BUFFERS_COUNT":
            guard let count = Int(words[3]), (1...64).contains(count) else { return -EINVAL }
            if device.name == IIODevice.receiver.name { receiver.blocks = count } else { transmitter.blocks = count }
            return 0
        case ("READ", 3...):
            guard let attribute = device.attribute(words[2...]) else { return -ENOENT }
            pipes[index].tell(read(attribute) + "\0", bed)
            return nil
        case ("WRITE", 4...):
            guard let length = Int(words[words.count - 1]), (0...65_536).contains(length) else { return -EINVAL }
            pipes[index].phase = .attribute(device.attribute(words[2..<(words.count - 1)]), length)
            return nil
        case ("OPEN", 4...5): return open(device, words, index)
        case ("CLOSE", 2): return closeStream(device, index)
        case ("READBUF", 3), ("WRITEBUF", 3): return move(device, words, index)
        default: return -EINVAL
        }
    }

    private func open(_ device: IIODevice, _ words: [Substring], _ index: Int) -> Int32 {
        guard let samples = Int(words[2]), (1...(1 << 24)).contains(samples), let mask = UInt32(words[3], radix: 16),
            mask != 0, mask & ~device.mask == 0
        else { return -EINVAL }
        // Half a complex sample is more than this emulation can do.
        guard mask == 3 else { return -EOPNOTSUPP }
        if device.name == IIODevice.receiver.name {
            guard receiver.pipe == nil else { return -EBUSY }
            receiver = IIOReceiver(pipe: index, blocks: receiver.blocks, blockOctets: 4 * samples)
        } else {
            guard transmitter.pipe == nil else { return -EBUSY }
            transmitter = IIOTransmitter(
                pipe: index, blocks: transmitter.blocks, blockOctets: 4 * samples, isCyclic: words.last == "CYCLIC")
        }
        return 0
    }

    private func closeStream(_ device: IIODevice, _ index: Int) -> Int32 {
        if device.name == IIODevice.receiver.name, receiver.pipe == index {
            receiver = IIOReceiver()
        } else if device.name == IIODevice.transmitter.name, transmitter.pipe == index {
            transmitter = IIOTransmitter()
        } else {
            return -EBADF
        }
        return 0
    }

    private func move(_ device: IIODevice, _ words: [Substring], _ index: Int) -> Int32? {
        guard let length = Int(words[2]), length > 0, length % 4 == 0 else { return -EINVAL }
        if words[0] == "READBUF" {
            guard device.name == IIODevice.receiver.name, receiver.pipe == index else { return -EBADF }
            guard length <= 1 << 26 else { return -EINVAL }
            pipes[index].wait(.samples(length, isFirst: true))
        } else {
            guard device.name == IIODevice.transmitter.name, transmitter.pipe == index else { return -EBADF }
            guard length <= transmitter.blockOctets else { return -EINVAL }
            pipes[index].say(Int32(length), bed)
            pipes[index].phase = .block(length)
        }
        return nil
    }
}
