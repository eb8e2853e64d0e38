import ArgumentParser
import ControlSocket
import CoreLink
import Doctor
import ReaderService
import Settings

/// `doctor`: what a first start needs.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks everything a first start needs, and says what to do.",
        discussion: """
            Changes nothing; with --config it opens a connection to each endpoint of its links for a moment. Run it as the \
            user of the service, with the service stopped:
              sudo -u aiot aiot-reader doctor --config /etc/aiot-reader/reader.yaml
            Exit status: 0 nothing in the way, though there may be warnings; 1 problems; 66 no configuration; 77 it may not \
            be read.
            """)

    @Option(help: ArgumentHelp("The configuration that is to be started.", valueName: "file"))
    var config: String?

    @Option(help: "text, or json: one object a finding.")
    var format = OutputFormat.text

    @OptionGroup var settings: OverrideOptions

    func run() async throws {
        let plan = try config.map { try Plan(path: $0, settings.overrides) }
        var facts = MachineFacts.ofThisMachine(stateDirectory: plan?.stateDirectory ?? "/var/lib/aiot-reader")
        await plan?.complete(&facts)
        facts.receiverSamplesPerSecond = ReceiverSpeed.samplesPerSecond(sampleRateHz: facts.sampleRateHz)
        let findings = Examination(facts).findings
        for finding in findings { Console.print(format == .json ? finding.json : finding.line) }
        if findings.contains(where: { $0.verdict == .problem }) { throw Ending.failures }
    }

    /// What a configuration asks of the machine.
    private struct Plan {
        private let outcome: MachineFacts.Configuration
        private let frontEnd: FrontEndSettings?
        private let links: [DaemonConfiguration.Link]
        let stateDirectory: String?

        /// - Throws: exit status 66 or 77 where the file cannot be read, after it has said why.
        init(path: String, _ overrides: [SettingsOverride]) throws {
            do {
                let loaded = try LoadedConfiguration.load(path, overrides)
                outcome = .valid(path: path)
                frontEnd = loaded.frontEnd
                links = loaded.daemon.links
                stateDirectory = loaded.daemon.stateDirectory
            } catch let problems as SettingsProblems {
                outcome = .unusable(problems.lines)
                frontEnd = nil
                links = []
                stateDirectory = nil
            } catch let unreadable as UnreadableFile {
                Console.report("\(unreadable)")
                throw unreadable.ending
            }
        }

        func complete(_ facts: inout MachineFacts) async {
            facts.configuration = outcome
            guard let frontEnd else { return }
            facts.sampleRateHz = frontEnd.sampleRateHz
            facts.wanted = frontEnd.wantedBoxes
            facts.needsBoxes = !facts.wanted.isEmpty
            facts.certificates = certificates
            facts.links = await reached
        }

        /// Of the links that have an endpoint with TLS; one `tls` section is told once.
        private var certificates: [MachineFacts.Certificate] {
            var told: Set<TLSFiles> = []
            return links.filter { $0.endpoints.contains(where: \.isTLS) }.compactMap(\.tls)
                .filter { told.insert($0).inserted }
                .flatMap { files -> [MachineFacts.Certificate] in
                    do throws(LinkError) {
                        return try CertificateValidity.ofReader(files).map {
                            .dated(
                                file: $0.file, hasBegun: $0.hasBegun, firstDay: $0.firstDay, lastDay: $0.lastDay,
                                daysLeft: $0.daysLeft)
                        }
                    } catch {
                        return [.unusable("\(error)")]
                    }
                }
        }

        /// All endpoints of a link at once: each takes some seconds at most.
        private var reached: [MachineFacts.Link] {
            get async {
                var reached: [MachineFacts.Link] = []
                for link in links {
                    reached.append(MachineFacts.Link(name: link.name, endpoints: await endpoints(of: link)))
                }
                return reached
            }
        }

        private func endpoints(of link: DaemonConfiguration.Link) async -> [MachineFacts.Link.Endpoint] {
            await withTaskGroup { group in
                for (place, address) in link.endpoints.enumerated() {
                    group.addTask { (place, await LinkProbe.problem(of: address, tls: link.tls)) }
                }
                var problems = [String?](repeating: nil, count: link.endpoints.count)
                for await (place, problem) in group { problems[place] = problem }
                return zip(link.endpoints, problems).map { .init(address: "\($0)", problem: $1) }
            }
        }
    }
}

extension Finding {
    fileprivate var line: String {
        let line = verdict.rawValue.padded(to: 9) + check.rawValue.padded(to: 17) + text
        return remedy.map { "\(line)\n\(String(repeating: " ", count: 9))do: \($0)" } ?? line
    }

    fileprivate var json: String {
        var line = JSONLine()
        line.add("type", "finding")
        line.add("check", check.rawValue)
        line.add("verdict", verdict.rawValue)
        line.add("text", text)
        line.add("remedy", remedy)
        return line.text
    }
}
