import ArgumentParser
import Contracts

struct BusKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bus",
        abstract: "Makes and changes the keys with which services on several hosts know each other (CURVE).",
        discussion: """
            Writes <service>.secret (mode 0600, for that service only) and public-keys.json (for all). Services are told by \
            <SERVICE>_CURVE_SECRET_KEY_FILE and <SERVICE>_CURVE_PUBLIC_KEYS_FILE. What is there already is kept. To change a key: \
            --rotate SERVICE, give everybody the new public-keys.json (they read it again by themselves, within seconds), restart the \
            service's replicas with the new secret, and when all run with it --retire SERVICE.
            """)

    private struct Result: Encodable {
        struct Service: Encodable {
            let service: ServiceName
            let outcome: KeyFolder.Outcome
            let secret: String
        }

        let directory: String
        let publicKeys: String
        let services: [Service]

        enum CodingKeys: String, CodingKey {
            case directory
            case publicKeys = "public_keys"
            case services
        }
    }

    @Option(help: ArgumentHelp("Where the keys are, or shall be.", valueName: "folder"))
    var directory: String

    @Option(help: ArgumentHelp("Only this service; may be repeated. Without it, all of the suite.", valueName: "service"))
    var service: [String] = []

    @Option(
        help: ArgumentHelp("Give this service a new key pair; its present public keys stay valid. May be repeated.", valueName: "service"))
    var rotate: [String] = []

    @Option(help: ArgumentHelp("End this service's public keys from before its last rotation. May be repeated.", valueName: "service"))
    var retire: [String] = []

    @Flag(help: "Print the result as one line of JSON on standard output.")
    var json = false

    func validate() throws {
        for name in service + rotate + retire where name.wholeMatch(of: /[a-z][a-z0-9-]{0,31}/) == nil {
            throw ValidationError("\(name) is no service's name: small letters, digits and hyphens.")
        }
    }

    func run() async throws {
        try await Terminal.reporting {
            let isChange = !rotate.isEmpty || !retire.isEmpty
            let names = service.isEmpty && !isChange ? SuiteService.all.map(\.name) : service.map(ServiceName.init(rawValue:))
            let folder = KeyFolder(directory)
            let outcomes = try folder.prepare(
                names, rotating: Set(rotate.map(ServiceName.init(rawValue:))), retiring: Set(retire.map(ServiceName.init(rawValue:))))
            let services = outcomes.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                Result.Service(service: $0.key, outcome: $0.value, secret: folder.secretFile(of: $0.key))
            }
            if json {
                return try Terminal.print(json: Result(directory: folder.path, publicKeys: folder.publicKeysFile, services: services))
            }
            for entry in services { Terminal.print("\(entry.service): \(Self.sentence(entry.outcome))") }
            Terminal.print("Public keys: \(folder.publicKeysFile)")
        }
    }

    private static func sentence(_ outcome: KeyFolder.Outcome) -> String {
        switch outcome {
        case .made: "a key pair was made"
        case .kept: "has one, which was kept"
        case .elsewhere: "is listed, its secret is elsewhere"
        case .rotated: "a new key pair was made; the public keys from before stay valid until --retire"
        case .retired: "only its present public key is valid now"
        }
    }
}
