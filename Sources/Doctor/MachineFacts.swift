package import SDR
package import Transceiver

/// What `doctor` knows of a machine before it judges.
package struct MachineFacts: Hashable, Sendable {
    /// Who runs this program.
    package struct User: Hashable, Sendable {
        package var name = "root"
        package var isRoot = true
        /// This process is in the group `aiot`.
        package var isInGroup = false
        /// The user database has the group.
        package var groupExists = true
        /// The user database has the user in the group: it counts from the next login on.
        package var isMember = false

        package init() {}
    }

    /// What a front end of the configuration needs.
    package struct WantedBox: Hashable, Sendable {
        package var kind: BoxKind
        package var selection: BoxSettings.Selection

        package init(_ kind: BoxKind, _ selection: BoxSettings.Selection) {
            self.kind = kind
            self.selection = selection
        }
    }

    package enum Configuration: Hashable, Sendable {
        /// No file was named.
        case none
        /// Read and valid.
        case valid(path: String)
        /// It cannot be read, or is wrong: what was said about it.
        case unusable([String])
    }

    package struct Directory: Hashable, Sendable {
        package enum State: Hashable, Sendable {
            case missing
            case notWritable
            case writable(freeMegabytes: Int)
        }
        package var path: String
        package var state: State

        package init(path: String, state: State) {
            self.path = path
            self.state = state
        }
    }

    package struct Clock: Hashable, Sendable {
        /// Seconds since 1970.
        package var unixSeconds: Int64 = 0
        /// Programs that keep the clock right, as far as they run: "chronyd".
        package var keepers: [String] = []

        package init() {}
    }

    /// What is known of the files of a `tls` section.
    package enum Certificate: Hashable, Sendable {
        /// They cannot be used; what to do is in the text.
        case unusable(String)
        /// A file with certificates: the days in words, and how many are left.
        case dated(file: String, hasBegun: Bool, firstDay: String, lastDay: String, daysLeft: Int)
    }

    /// What came of connecting to the endpoints of a link.
    package struct Link: Hashable, Sendable {
        package struct Endpoint: Hashable, Sendable {
            package var address: String
            /// Why no connection stands, with what to do; nil where one does.
            package var problem: String?

            package init(address: String, problem: String?) {
                self.address = address
                self.problem = problem
            }
        }
        package var name: String
        package var endpoints: [Endpoint]

        package init(name: String, endpoints: [Endpoint]) {
            self.name = name
            self.endpoints = endpoints
        }
    }

    package var boxes: [BoxFacts] = []
    /// Why USB cannot be used at all.
    package var usbFailure: String?
    package var user = User()
    /// Files of udev that have our rule, by path.
    package var ruleFiles: [String] = []
    /// Debian's rule for HackRF boxes is there, which gives them to another group.
    package var hasHackRFRule = false
    package var modemManagerRuns = false
    /// What all USB transfers of user programs may use; 0: as much as they like; nil: not known.
    package var usbMemoryMegabytes: Int?
    /// The highest real-time priority that this process may take; 0: none.
    package var realTimePriority = 0
    package var processors = 1
    /// What one thread of the receiver takes in a second; nil: not measured.
    package var receiverSamplesPerSecond: Double?
    package var sampleRateHz = BoxSettings().sampleRateHz
    package var clock = Clock()
    package var stateDirectory = Directory(path: "/var/lib/aiot-reader", state: .missing)
    package var configuration = Configuration.none
    package var wanted: [WantedBox] = []
    /// False where the configuration has simulated devices.
    package var needsBoxes = true
    package var hasLibrtlsdr = false
    /// Those of the configuration, read as links read them.
    package var certificates: [Certificate] = []
    /// Those of the configuration; not there where nobody has tried them.
    package var links: [Link] = []

    package init() {}
}
