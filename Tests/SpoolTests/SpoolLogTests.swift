import Glibc
import Spool
import Testing

@Suite struct SpoolLogTests {
    /// A log whose first segment stands.
    private func model(limit: Int = 1_000) throws -> SpoolModel {
        var model = try SpoolModel(limit: limit)
        model.settle()
        return model
    }

    @Test func recordsComeInOrderAndEachToItsOwner() throws {
        var model = try model()
        for owner in [[1], [2, 3], [1], [2, 3], [1]] as [[UInt8]] { model.append(owner: owner, octets: 5) }
        #expect(model.log.pending(owner: [1]).isEmpty, "nothing is durable yet")
        model.settle()
        let ones = model.log.pending(owner: [1])
        #expect(ones.map(\.sequence) == [1, 3, 5])
        #expect(model.log.pending(owner: [2, 3]).map(\.sequence) == [2, 4])
        #expect(model.promised == Set(model.pending.map { .init(owner: $0.owner, payload: $0.payload) }))
    }

    @Test func whatIsQueuedDuringAnFsyncSharesTheNext() throws {
        var model = try model()
        model.append(octets: 5)
        model.step()
        for _ in 0..<10 { model.append(octets: 5) }
        model.step()
        #expect(model.log.status.records == 1)
        model.step()
        model.step()
        #expect(model.log.status.records == 11)
        #expect(model.log.nextOrder() == nil)
    }

    @Test func aFullSpoolTurnsAwayAndCountsAndTakesAgainWhenRecordsAreRemoved() throws {
        var model = try model(limit: 200)
        while model.append(octets: 20) {}
        #expect(model.log.status.turnedAway == 1)
        #expect(model.log.status.lastError == .full(limit: 200))
        model.settle()
        let kept = model.pending
        #expect(kept.count == 4)
        let isTaken = model.append(octets: 20)
        model.remove([kept[0]])
        let isTakenAfterwards = model.append(octets: 20)
        #expect(!isTaken && isTakenAfterwards)
        model.settle()
        #expect(model.pending.map(\.sequence) == [2, 3, 4, 5])
        #expect(model.log.status.lastError == nil)
        #expect(model.log.status.turnedAway == 2)
    }

    @Test func theQueueIsBoundedWhileTheDiskHangs() throws {
        var model = try model(limit: 500)
        model.append(octets: 10)
        _ = model.log.nextOrder()
        for _ in 0..<1_000 { model.append(octets: 10) }
        #expect(model.log.status.octets <= 500)
        #expect(model.log.status.turnedAway > 900)
    }

    @Test func theFileStaysSmallHoweverMuchPassesThrough() throws {
        var model = try model(limit: 1_000)
        model.append(owner: [2, 3], octets: 300)
        for _ in 0..<500 {
            model.append(octets: 50)
            model.settle()
            model.remove(model.log.pending(owner: [1]))
            model.settle()
            #expect(model.disk.size <= 1_400)
        }
        #expect(model.log.pending(owner: [2, 3]).count == 1)
        #expect(model.disk.contents.count == 1)
    }

    @Test func aRemovalOutlivesARestart() throws {
        var model = try model()
        for _ in 0..<3 { model.append(octets: 5) }
        model.settle()
        model.remove([model.pending[1]])
        model.settle()
        try model.restart()
        #expect(model.pending.map(\.sequence) == [1, 3])
        model.settle()
        #expect(model.pending.map(\.sequence) == [1, 3])
    }

    @Test func aSequenceIsNotUsedAgainAfterARestart() throws {
        var model = try model()
        for _ in 0..<3 { model.append(octets: 5) }
        model.settle()
        model.remove(model.pending)
        model.settle()
        for _ in 0..<3 {
            try model.restart()
            model.settle()
        }
        model.append(octets: 5)
        model.settle()
        #expect(model.pending.map(\.sequence) == [4])
    }

    @Test(arguments: [ENOSPC, EDQUOT, EFBIG])
    func aFullDiskFailsAppendsAndNothingElse(failure: CInt) throws {
        var model = try model()
        model.append(octets: 20)
        model.settle()
        model.append(octets: 20)
        model.failStep(failure, torn: 17)
        guard case .noSpace = model.failures.last else {
            Issue.record("\(String(describing: model.failures.last))")
            return
        }
        model.settle()
        #expect(model.pending.map(\.sequence) == [1])
        #expect(model.disk.size == model.log.status.fileOctets, "the part that was written is cut off")
        model.append(octets: 20)
        model.settle()
        #expect(model.pending.map(\.sequence) == [1, 3])
        #expect(model.log.status.lastError == nil)
    }

    @Test(arguments: [10, 33, 60, 150, 400, 700])
    func whenThereIsRoomAgainAppendsSucceed(room: Int) throws {
        var model = try model(limit: 400)
        model.disk.room = room
        for _ in 0..<50 {
            model.append(octets: 20)
            model.settle()
            try model.expectKept(on: model.disk, "with little room")
        }
        #expect(!model.failures.isEmpty || model.log.status.turnedAway > 0)
        model.disk.room = .max
        model.log.retry()
        model.remove(model.pending)
        model.append(octets: 20)
        model.settle()
        #expect(model.pending.count == 1)
    }

    @Test func aDiskThatTheSpoolAloneHasFilledIsOfUseAgainWhenAllIsRemoved() throws {
        var model = try model(limit: 1_000)
        model.disk.room = 300
        while model.failures.isEmpty {
            model.append(octets: 20)
            model.settle()
        }
        model.remove(model.pending)
        model.append(octets: 20)
        model.settle()
        model.append(octets: 20)
        model.settle()
        #expect(!model.pending.isEmpty)
    }

    @Test func afterAFailedFsyncTheFileIsGivenUpForANewOne() throws {
        var model = try model()
        model.append(octets: 20)
        model.settle()
        let before = model.disk.contents.keys.sorted()
        model.append(octets: 20)
        model.step()
        model.failStep(EIO)
        #expect(model.promised.count == 1)
        model.settle()
        #expect(model.promised.count == 2, "the append went into the new segment")
        #expect(model.disk.contents.keys.sorted() != before)
        #expect(model.disk.contents.count == 1)
        #expect(model.log.status.lastError == nil)
    }

    @Test func whileNoNewFileCanBeMadeAppendsFailAtOnceAndNothingIsLost() throws {
        var model = try model()
        model.append(octets: 20)
        model.settle()
        model.append(octets: 20)
        model.step()
        model.failStep(EIO)
        model.failStep(EIO)
        #expect(model.failures.isEmpty)
        model.settle()
        #expect(model.failures.count == 1)
        model.append(octets: 20)
        model.settle()
        #expect(model.failures.count == 2, "not tried again before its time")
        #expect(model.pending.map(\.sequence) == [1])
        try model.expectKept(on: model.disk, "with a file that is not trusted")
        model.log.retry()
        model.append(octets: 20)
        model.settle()
        #expect(model.pending.map(\.sequence) == [1, 4])
    }

    @Test func closingWritesWhatIsQueuedAndTakesNoMore() throws {
        var model = try model()
        model.append(octets: 20)
        model.log.close()
        #expect(throws: SpoolError.closed) { try model.log.append(owner: [1], payload: []) }
        model.settle()
        #expect(model.promised.count == 1)
    }

    @Test func whatDoesNotFitIntoARecordIsRefused() throws {
        var model = try model(limit: 1 << 20)
        let long = [UInt8](repeating: 0, count: 65_536)
        #expect(throws: SpoolError.tooLong(octets: 65_536)) { try model.log.append(owner: [], payload: long) }
        #expect(throws: SpoolError.tooLong(octets: 256)) {
            try model.log.append(owner: Array(long.prefix(256)), payload: [])
        }
        _ = try model.log.append(owner: Array(long.prefix(255)), payload: Array(long.dropLast()))
    }
}
