import AIoTBase
import AIoTPhy
import Genie
import Glibc

/// Frame errors of receiver and genie over SNR on the same bursts and the same noise.
struct Curve {
    struct Point {
        var snrDB: Double
        /// For each trial whether the frame was lost.
        var genie: [Bool] = []
        var receiver: [Bool] = []
        /// Frames with a right CRC that nobody sent, which count as lost too.
        var wrong = 0
        /// Trials of which the receiver said that nothing was there.
        var missed = 0
    }

    /// Distance of the points, dB.
    static let step = 0.5
    private static let firstPoints = 3
    /// Points above the genie's 10 % that may be added until the receiver has 10 % too.
    private static let mostPoints = 12

    let combination: Combination
    private(set) var points: [Point] = []

    init(_ combination: Combination, bursts: Int, normals: Normals) {
        self.combination = combination
        let base = Self.pilot(combination, normals)
        points = (0..<Self.firstPoints).map { Point(snrDB: base + Double($0) * Self.step) }
        run(points.indices, bursts: bursts, normals)
        while Self.rate(points[0].genie).value <= 0.1, points.count < Self.mostPoints {
            points.insert(Point(snrDB: points[0].snrDB - Self.step), at: 0)
            run(0..<1, bursts: bursts, normals)
        }
        while let last = points.last, Self.rate(last.receiver).value > 0.1, points.count < Self.mostPoints {
            points.append(Point(snrDB: last.snrDB + Self.step))
            run(points.count - 1..<points.count, bursts: bursts, normals)
        }
    }

    /// The point below the genie's 10 %, by a few bursts.
    private static func pilot(_ combination: Combination, _ normals: Normals) -> Double {
        let trials = (0..<40).map { combination.trial(-1 - $0, normals) }
        var low = -24
        var high = 24
        while high - low > 1 {
            let middle = (low + high) / 2
            let lost = trials.count { !$0.genieReads(snrDB: Double(middle) * step) }
            if lost > 4 { low = middle } else { high = middle }
        }
        return Double(low) * step
    }

    private mutating func run(_ range: Range<Int>, bursts: Int, _ normals: Normals) {
        for index in 0..<bursts {
            let trial = combination.trial(index, normals)
            for place in range {
                let snrDB = points[place].snrDB
                points[place].genie.append(!trial.genieReads(snrDB: snrDB))
                let report = trial.report(snrDB: snrDB)
                let read = report.bursts.first { $0.crcRight }
                points[place].receiver.append(read?.octets != trial.message)
                if let read, read.octets != trial.message { points[place].wrong += 1 }
                if report == .idle { points[place].missed += 1 }
            }
        }
    }

    /// The points as lines of the CSV file: frames lost by either, and of the receiver's those of on-off devices.
    var lines: [String] {
        points.map { point in
            let onOff = point.receiver.indices.count { point.receiver[$0] && Combination.reflection($0) == .onOff }
            let numbers = [
                point.genie.count, Self.rate(point.genie).errors, Self.rate(point.receiver).errors, onOff, point.missed,
                point.wrong,
            ]
            return "\(combination.name),\(fixed(point.snrDB, 1))," + numbers.map(String.init).joined(separator: ",")
        }
    }

    static func rate(_ lost: [Bool]) -> Rate { Rate(errors: lost.count { $0 }, trials: lost.count) }

    // MARK: - The SNR of 10 % frame errors

    /// SNR at which the rates cross 10 %, the logarithm of the rate taken as straight between points.
    private func crossing(_ rates: [Double]) -> Double {
        for index in 1..<rates.count where rates[index - 1] > 0.1 && rates[index] <= 0.1 {
            let (high, low) = (log(rates[index - 1]), log(max(rates[index], 1e-4)))
            return points[index - 1].snrDB + Self.step * (high - log(0.1)) / (high - low)
        }
        return (rates.last ?? 1) > 0.1 ? .infinity : points[0].snrDB
    }

    var genieDB: Double { crossing(points.map { Self.rate($0.genie).value }) }
    var receiverDB: Double { crossing(points.map { Self.rate($0.receiver).value }) }

    /// The loss in dB, and its interval of 95 % by drawing the bursts anew (both heard the same ones).
    func loss() -> (value: Double, interval: ClosedRange<Double>) {
        var generator = SeededGenerator(seed: 1)
        let bursts = points[0].genie.count
        let losses = (0..<400).map { _ -> Double in
            var weights = [Int](repeating: 0, count: bursts)
            for _ in 0..<bursts { weights[Int(generator.next() % UInt64(bursts))] += 1 }
            func rates(_ lost: KeyPath<Point, [Bool]>) -> [Double] {
                points.map { point in
                    Double(zip(point[keyPath: lost], weights).reduce(0) { $0 + ($1.0 ? $1.1 : 0) }) / Double(bursts)
                }
            }
            return crossing(rates(\.receiver)) - crossing(rates(\.genie))
        }.sorted()
        return (receiverDB - genieDB, losses[9]...losses[389])
    }
}
