/// Arrays that have served, for those to come: a receiver of many windows need not ask for memory for each.
///
/// It belongs to one receiver and its thread.
final class SpareRooms {
    /// How many are kept of either kind (*ours*): about what the windows that are open at once need.
    private static let limit = 8
    private var floats: [[Float]] = []
    private var doubles: [[Double]] = []

    /// `count` elements, whatever they hold.
    func floats(_ count: Int) -> [Float] { Self.take(count, from: &floats) }
    func doubles(_ count: Int) -> [Double] { Self.take(count, from: &doubles) }

    /// Takes back an array that is not used any more.
    func give(_ array: [Float]) {
        if floats.count < Self.limit, !array.isEmpty { floats.append(array) }
    }

    func give(_ array: [Double]) {
        if doubles.count < Self.limit, !array.isEmpty { doubles.append(array) }
    }

    private static func take<Element: FloatingPoint>(_ count: Int, from spare: inout [[Element]]) -> [Element] {
        guard var array = spare.popLast() else { return [Element](repeating: 0, count: count) }
        if array.count > count {
            array.removeLast(array.count - count)
        } else {
            array.append(contentsOf: repeatElement(0, count: count - array.count))
        }
        return array
    }
}
