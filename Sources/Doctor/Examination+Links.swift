/// What is judged of the way to AIoTFs.
extension Examination {
    /// Days before its end from which on a certificate is warned of, as the daemon does.
    private static let daysOfWarning = 14

    func certificate(_ certificate: MachineFacts.Certificate) -> Finding {
        switch certificate {
        case .unusable(let why): return Finding(.certificates, .problem, why, remedy: Self.renewal)
        case .dated(let file, hasBegun: false, let firstDay, _, _):
            return Finding(
                .certificates, .problem, "\(file) is not valid before \(firstDay)",
                remedy: "look at the clock: date; timedatectl set-ntp true")
        case .dated(let file, _, _, let lastDay, let daysLeft) where daysLeft < 0:
            return Finding(.certificates, .problem, "\(file) expired on \(lastDay)", remedy: Self.renewal)
        case .dated(let file, _, _, let lastDay, let daysLeft):
            let isSoon = daysLeft < Self.daysOfWarning
            return Finding(
                .certificates, isSoon ? .warning : .ok,
                "\(file) is valid until \(lastDay), \(daysLeft) \(daysLeft == 1 ? "day" : "days") more",
                remedy: isSoon ? Self.renewal : nil)
        }
    }

    private static let renewal =
        "put the right file in its place, readable by the user of the service, then: aiot-reader reload"

    /// A link needs one endpoint; those that cannot be reached will be missed when that one goes.
    func link(_ link: MachineFacts.Link) -> [Finding] {
        let isReached = link.endpoints.contains { $0.problem == nil }
        return link.endpoints.map { endpoint in
            guard let problem = endpoint.problem else {
                return Finding(.links, .ok, "\(link.name): \(endpoint.address) takes connections")
            }
            return Finding(
                .links, isReached ? .warning : .problem, "\(link.name): \(problem)",
                remedy: "as it says; the reader tries again by itself, so the AIoTF may as well be started after it")
        }
    }
}
