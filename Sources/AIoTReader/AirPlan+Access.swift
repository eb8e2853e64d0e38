import AIoTBase
import AIoTMac
import AIoTPhy
import Glibc

/// Which way to the channel takes the least air time.
extension AirPlan {
    /// CFRA for one device that is named. For several, direct access saves the random ID and its answer, and pays with
    /// occasions that hold a whole access response: CBRA, unless that is less.
    func accessMode(for request: AirRequest) -> AccessMode {
        if request.isSingleDevice { return .cfra }
        let isAlone = request.expectedDevices == 1
        // No paging may go out while the AIoTF owes devices an answer to direct access: many rounds would wait for it.
        if request.hasFollowOn, !isAlone { return .cbra }
        let answer = schedule(
            transportBlockOctets: Self.transportBlockOctets(expectedD2RMsgSize: request.expectedD2RMsgSize))
        let cbra = airTime(ofDevice: .cbra, answer: answer, isAlone: isAlone)
        let direct = airTime(ofDevice: .direct, answer: answer, isAlone: isAlone)
        return direct < cbra ? .direct : .cbra
    }

    /// Air time until the access response of one device is there, in seconds.
    /// - Parameter isAlone: nobody else answers; else the best that contention can be, e occasions for a device.
    func airTime(ofDevice mode: AccessMode, answer: Schedule, isAlone: Bool) -> Double {
        let msg1 = mode == .cbra ? schedule(transportBlockOctets: 2) : answer
        let occasions = occasionDuration(msg1: msg1) * (isAlone ? 1 : exp(1.0))
        guard mode == .cbra else {
            // The R2D Upper Layer Data that gives the AS ID.
            return occasions + frameDuration(octets: 6).seconds
        }
        let costs = responseCosts(answer: answer).enumerated().map { $1.seconds / Double($0 + 1) }
        return occasions + (isAlone ? costs.first ?? 0 : costs.min() ?? 0)
    }

    /// Air time of one access occasion in a long round, its share of an Access Trigger included, in seconds.
    private func occasionDuration(msg1 schedule: Schedule) -> Double {
        let (xCode, yCode) = positions(q: 8, schedule: schedule)
        let trigger = duration(octets: 3, schedule: schedule, timePositions: 1 << Int(xCode))
        return trigger.seconds / Double(1 << Int(xCode + yCode))
    }
}
