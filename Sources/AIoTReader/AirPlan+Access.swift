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

    /// Air time of one access occasion in a long round, in seconds.
    private func occasionDuration(msg1 schedule: Schedule) -> Double { occasionDuration(q: 8, msg1: schedule) }

    /// Air time of one access occasion in a round of 2^q, its share of an Access Trigger included, in seconds.
    func occasionDuration(q: Int, msg1 schedule: Schedule) -> Double {
        let (xCode, yCode) = positions(q: q, schedule: schedule)
        let trigger = duration(octets: Self.triggerOctets, schedule: schedule, timePositions: 1 << Int(xCode))
        return trigger.seconds / Double(1 << Int(xCode + yCode))
    }

    /// What a paging takes beyond the Access Trigger in whose place it is, in seconds.
    func pagingExcess(octets: Int) -> Double {
        (frameDuration(octets: octets) - frameDuration(octets: Self.triggerOctets)).seconds
    }

    private static let triggerOctets = 3
}
