import AIoTBase
import AIoTMac
import AIoTRelay
import Testing

@Suite struct ExchangeTests {
    private static let transaction = TransactionID(3)
    private static let schedule = Schedule(rateCode: 4, subcarrierCode: 0, transportBlockOctets: 28)
    private static let response = R2DMessage.randomIDResponse(
        RandomIDResponse(
            transactionID: transaction,
            entries: [.init(randomID: RandomID(7), asID: ASID(9), schedule: schedule)]))

    private func exchange(followOn: Bool = true, randomID: RandomID? = nil) -> Exchange {
        Exchange(
            deviceNGAPID: 1, transactionID: Self.transaction, asID: ASID(9), randomID: randomID,
            schedulingMessage: Self.response, schedule: Self.schedule, hasFollowOn: followOn,
            budget: .milliseconds(500))
    }

    private func burst(_ sdu: [UInt8], more: Bool = false) -> D2RUpperLayerData {
        D2RUpperLayerData(moreData: more, sdu: sdu, transportBlockOctets: 28)
    }

    private let nack = NACKFeedback(transactionID: transaction, addressee: .asID(ASID(9)))

    @Test func withoutAFollowOnTheDeviceIsAcknowledgedOnceItsAccessResponseIsRelayed() {
        var exchange = exchange(followOn: false)
        #expect(exchange.receive(burst([2, 0]), at: .zero) == .reportAccessResponse([2, 0]))
        #expect(exchange.reportRelayed(isCommandResponse: false) == .acknowledge(after: nil))
        #expect(exchange.phase == .acknowledged)
    }

    @Test func withAFollowOnTheDeviceIsAcknowledgedOnceItsFirstCommandResponseIsRelayed() {
        var exchange = exchange()
        _ = exchange.receive(burst([2, 1]), at: .zero)
        #expect(exchange.reportRelayed(isCommandResponse: false) == .nothing)
        #expect(exchange.command([3, 3], schedule: Self.schedule) != nil)
        #expect(exchange.receive(burst([4, 4]), at: .zero) == .reportCommandResponse([4, 4]))
        #expect(exchange.reportRelayed(isCommandResponse: true) == .acknowledge(after: nil))
        #expect(exchange.command([5, 5], schedule: Self.schedule) != nil)
        #expect(exchange.receive(burst([6, 6]), at: .zero) == .reportCommandResponse([6, 6]))
        #expect(exchange.reportRelayed(isCommandResponse: true) == .nothing)
    }

    @Test func anEmptyCommandRequestAcknowledgesTheDevice() {
        var exchange = exchange()
        _ = exchange.receive(burst([2, 1]), at: .zero)
        #expect(exchange.command([], schedule: Self.schedule) == .acknowledge(after: nil))
    }

    @Test func inDirectAccessTheFirstMessageDownAssignsTheASIDByRandomID() {
        var plain = exchange(followOn: false, randomID: RandomID(0x1234))
        _ = plain.receive(burst([2, 0]), at: .zero)
        let assignment = R2DUpperLayerData(
            transactionID: Self.transaction, randomID: RandomID(0x1234), asID: ASID(9))
        #expect(plain.reportRelayed(isCommandResponse: false) == .acknowledge(after: .upperLayerData(assignment)))

        var secured = exchange(randomID: RandomID(0x1234))
        _ = secured.receive(burst([2, 0]), at: .zero)
        var first = assignment
        first.schedule = Self.schedule
        first.sdu = [3]
        #expect(secured.command([3], schedule: Self.schedule) == .send(.upperLayerData(first)))
        _ = secured.receive(burst([4]), at: .zero)
        first.randomID = nil
        first.sdu = [5]
        #expect(secured.command([5], schedule: Self.schedule) == .send(.upperLayerData(first)))
    }

    @Test func aMissingBurstRepeatsTheSchedulingMessageOnceThenTheReaderGivesUp() {
        var exchange = exchange()
        #expect(exchange.burstMissing() == .send(Self.response))
        #expect(exchange.burstMissing() == .giveUp(nack, commandFailed: false))
        #expect(exchange.phase == .closed(.noAnswer))
        #expect(exchange.burstMissing() == .nothing)
    }

    @Test func segmentsAreAskedForWithTheOctetsReceivedSoFar() {
        var exchange = exchange()
        let request = R2DUpperLayerData(
            transactionID: Self.transaction, asID: ASID(9), receivedOctets: 3, schedule: Self.schedule)
        #expect(exchange.receive(burst([1, 2, 3], more: true), at: .zero) == .send(.upperLayerData(request)))
        #expect(exchange.burstMissing() == .send(.upperLayerData(request)))
        #expect(exchange.receive(burst([4]), at: .zero) == .reportAccessResponse([1, 2, 3, 4]))
    }

    @Test func segmentsWithoutEndOrWithoutContentEndTheExchange() {
        var endless = exchange()
        let full = D2RUpperLayerData(
            moreData: true, sdu: [UInt8](repeating: 0, count: 200), transportBlockOctets: 202)
        _ = endless.receive(full, at: .zero)
        _ = endless.receive(full, at: .zero)
        #expect(endless.receive(full, at: .zero) == .giveUp(nack, commandFailed: false))

        var empty = exchange()
        _ = empty.receive(burst([], more: true), at: .zero)
        #expect(empty.receive(burst([], more: true), at: .zero) == .giveUp(nack, commandFailed: false))
    }

    @Test func anExchangeEndsWithItsBudgetAndWhatComesLaterIsLate() {
        var exchange = exchange()
        _ = exchange.receive(burst([2, 1]), at: .zero)
        #expect(exchange.advance(to: AirTime(nanoseconds: 499_999_999)) == .nothing)
        #expect(exchange.advance(to: AirTime(nanoseconds: 500_000_000)) == .giveUp(nack, commandFailed: false))
        #expect(exchange.command([3], schedule: Self.schedule) == nil)
    }

    @Test func aFailedCommandOfAnAcknowledgedDeviceLeavesItsSessionOpen() {
        var exchange = exchange(followOn: false)
        _ = exchange.receive(burst([2, 0]), at: .zero)
        _ = exchange.reportRelayed(isCommandResponse: false)
        let step = exchange.command([5], schedule: Self.schedule)
        #expect(exchange.burstMissing() == step)
        #expect(exchange.burstMissing() == .commandFailed)
        #expect(exchange.command([5], schedule: Self.schedule) == step)
    }

    @Test func aSecondCommandWhileOneIsOutstandingIsRefused() {
        var exchange = exchange()
        _ = exchange.receive(burst([2, 1]), at: .zero)
        #expect(exchange.command([3], schedule: Self.schedule) != nil)
        #expect(exchange.command([3], schedule: Self.schedule) == nil)
    }

    @Test func aReleaseFailsTheCommandThatIsOutstanding() {
        var exchange = exchange()
        _ = exchange.receive(burst([2, 1]), at: .zero)
        _ = exchange.command([3], schedule: Self.schedule)
        #expect(exchange.close(.released) == .giveUp(nack, commandFailed: true))
        #expect(exchange.close(.carrierLost) == .nothing)
    }
}
