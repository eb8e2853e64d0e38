import AIoTPhy
import EmulatedAir
import RadioFrontEnd
import SoftDevice
import StreamFrontEnd
import Testing
import Transceiver

/// How the counters of a box go together, and what becomes of it when samples or the box are lost.
@Suite struct RelationTests {
    @Test(arguments: [0, 1_000, 4_096, 100_001])
    func theRelationIsRightForAnyLatency(latency: Int) throws {
        var settings = Desk.Settings()
        settings.latencySamples = latency
        let desk = try Desk(settings)
        defer { desk.stop() }
        desk.listen()
        #expect(desk.relations == [Int64(latency)])
        #expect(desk.soft.status.state == .ready || desk.soft.status.state == .opening)
    }

    @Test func aBoxThatCannotHearItselfAnswersNothingUnlessItsLatencyIsGiven() throws {
        var settings = Desk.Settings()
        settings.leak = .zero
        let deaf = try Desk(settings)
        defer { deaf.stop() }
        deaf.run(seconds: 0.2)
        try deaf.reader.send(deaf.paging(Desk.schedule(2, milliseconds: 10)))
        deaf.run { deaf.soft.status.state == .degraded }
        #expect(deaf.relations.isEmpty)
        #expect(deaf.soft.counters.burstsUnplaced == 1)
        #expect(deaf.soft.status.why.contains("check antennas"))

        settings.soft.latencySamples = 4_096
        let told = try Desk(settings)
        defer { told.stop() }
        told.listen()
        told.run(seconds: 0.01)
        try told.reader.send(told.paging(Desk.schedule(2, milliseconds: 10)))
        told.run(seconds: 0.03)
        #expect(told.reader.decoded.count == 1)
    }

    @Test(arguments: [
        PlannedFault.receiveGap(samples: 777, isTold: true), .transmitUnderrun(samples: 777, isTold: true),
    ])
    func afterALossTheRelationIsMeasuredAnew(fault: PlannedFault) throws {
        let desk = try Desk()
        defer { desk.stop() }
        desk.listen()
        desk.boxes.plant(fault, box: Desk.softBox)
        desk.run { desk.relations.count == 2 }
        try desk.reader.send(desk.paging(Desk.schedule(2, milliseconds: 10)))
        desk.run(seconds: 0.03)
        #expect(desk.reader.decoded.count == 1)
        #expect(desk.soft.counters.gaps == 1)
    }

    @Test func aLossThatNobodyToldShowsWhenTheCarrierHasEnded() throws {
        let desk = try Desk()
        defer { desk.stop() }
        desk.listen()
        desk.boxes.plant(.receiveGap(samples: 777, isTold: false), box: Desk.softBox)
        try desk.reader.send(desk.paging(Desk.schedule(2, milliseconds: 10)))
        desk.run(seconds: 0.03)
        desk.reader.setCarrier(isOn: false)
        desk.run { desk.relations.count == 2 }
        #expect(desk.relations == [4_096, 4_096 - 777])
    }

    @Test func aBoxThatComesBackIsTakenUpAgain() throws {
        let desk = try Desk()
        defer { desk.stop() }
        desk.listen()
        desk.boxes.plant(.unplug, box: Desk.softBox)
        desk.run { desk.soft.status.state == .absent }
        desk.boxes.plant(.replug, box: Desk.softBox)
        desk.run { desk.relations.count == 2 }
        try desk.reader.send(desk.paging(Desk.schedule(2, milliseconds: 10)))
        desk.run(seconds: 0.03)
        #expect(desk.reader.decoded.count == 1)
    }
}
