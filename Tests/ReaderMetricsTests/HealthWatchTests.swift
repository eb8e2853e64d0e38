import AIoTBase
import ReaderService
import Testing

@testable import ReaderMetrics

@Suite struct HealthWatchTests {
    private func rule(_ name: String = "r", above: Double = 5, window: Int = 10, _ deed: HealthRule.Deed = .log)
        -> HealthRule
    {
        HealthRule(
            name: name, counter: "aiot_reader_late_answers_total", above: above, windowSeconds: window, deed: deed)
    }

    /// The findings of a counter that has these values, a second apart; by second.
    private func findings(_ rules: [HealthRule], _ values: [Double]) -> [Int: HealthFinding] {
        var watch = HealthWatch()
        _ = watch.set(rules)
        var found: [Int: HealthFinding] = [:]
        for (second, value) in values.enumerated() {
            for finding in watch.advance(to: .zero + .milliseconds(Int64(second) * 1_000), value: { _ in value }) {
                found[second] = finding
            }
        }
        return found
    }

    @Test func aRuleFiresWhereTheGrowthInItsWindowIsTooMuchAndIsOverWhereItIsNoLonger() {
        let values = [0, 0, 3, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6] as [Double]
        let found = findings([rule()], values)
        #expect(found.keys.sorted() == [3, 12])
        #expect(found[3]?.isOver == false)
        #expect(found[3]?.text == "aiot_reader_late_answers_total grew by 6 within 10 s, more than 5")
        #expect(found[12]?.isOver == true)
        #expect(found[12]?.text == "aiot_reader_late_answers_total grew by 3 within 10 s, no more than 5")
    }

    @Test func growthThatIsSlowEnoughNeverFires() {
        #expect(findings([rule()], (0..<200).map { Double($0) / 2 }).isEmpty)
        #expect(!findings([rule(above: 4.4)], (0..<200).map { Double($0) / 2 }).isEmpty)
    }

    @Test func whatWasCountedBeforeARuleOfAReloadDoesNotCount() {
        var watch = HealthWatch()
        _ = watch.set([])
        _ = watch.set([rule()])
        for (second, value) in [1_000.0, 1_001, 1_002].enumerated() {
            #expect(watch.advance(to: .zero + .milliseconds(Int64(second) * 1_000), value: { _ in value }).isEmpty)
        }
    }

    @Test func whatHappensBeforeTheFirstLookCounts() {
        #expect(findings([rule()], [6])[0]?.isOver == false)
    }

    @Test func aLongWindowIsKeptInFewSamples() {
        let day = 86_400
        var watch = HealthWatch()
        _ = watch.set([rule(above: 100, window: day)])
        var fired: [Int] = []
        for second in 0..<day {
            let found = watch.advance(to: .zero + .milliseconds(Int64(second) * 1_000)) { _ in
                Double(second / 600)
            }
            if !found.isEmpty { fired.append(second) }
        }
        #expect(fired == [60_600])
    }

    @Test func aRuleThatStaysGoesOnAndOneThatGoesIsOver() {
        var watch = HealthWatch()
        _ = watch.set([rule("a"), rule("b")])
        _ = watch.advance(to: .zero) { _ in 0 }
        #expect(watch.advance(to: .zero + .milliseconds(1_000)) { _ in 10 }.count == 2)
        let over = watch.set([rule("a"), rule("c")])
        #expect(over.map(\.name) == ["b"] && over.allSatisfy { $0.isOver })
        #expect(watch.advance(to: .zero + .milliseconds(2_000)) { _ in 10 }.isEmpty)
    }

    @Test func aCounterThatNobodyKnowsIsNoRule() {
        var watch = HealthWatch()
        _ = watch.set([
            HealthRule(name: "r", counter: "nothing_total", above: 0, windowSeconds: 1, deed: .restart)
        ])
        #expect(watch.advance(to: .zero) { _ in 1 }.isEmpty)
    }
}

@Suite struct CounterSelectorTests {
    @Test func aCounterStandsAloneOrWithItsLabel() throws {
        #expect(try CounterSelector("aiot_reader_rounds_total").label == nil)
        let selector = try CounterSelector("aiot_reader_occasions_total{ outcome = \"idle\" }")
        #expect(
            selector.name == "aiot_reader_occasions_total" && selector.label == "outcome" && selector.value == "idle")
        #expect(try CounterSelector("aiot_reader_link_failures_total{link=\"any name\"}").value == "any name")
    }

    @Test(arguments: [
        ("aiot_reader_none_total", "is no counter: write one of"), ("", "is no counter"),
        ("aiot_reader_rounds_total{a=\"b\"}", "has no label a"),
        ("aiot_reader_occasions_total{outcome=\"full\"}", "write one of idle, single, collided"),
        ("aiot_reader_occasions_total{outcome=idle}", "write the label as in"),
        ("aiot_reader_occasions_total{", "write the label as in"),
        ("aiot_reader_occasions_total{outcome=\"}", "write the label as in"),
    ])
    func whatIsNoCounterSaysWhatToWrite(text: String, remedy: String) {
        #expect {
            _ = try CounterSelector(text)
        } throws: { "\($0)".contains(remedy) }
    }
}
