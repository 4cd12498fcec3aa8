import ArgumentParser
import Contracts
import Foundation

struct SealingKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sealing",
        abstract: "Makes and changes the keys under which companies' secrets are sealed.",
        discussion: """
            Makes the file (mode 0600) with a first key, if there is none; services are told of it by SEALING_KEYS_FILE. To change the key while \
            everything runs: --add, restart the services so that all can open what it seals; --use ID, restart them again; seal the rows \
            anew; --retire OLD. What a retired key has sealed cannot be opened by anybody: keep it with the backups of the database that need it.
            """)

    private struct Result: Encodable {
        let file: String
        let outcome: SealingKeyFile.Outcome
        let key: String
        let sealing: String
        let keys: [String]
    }

    @Option(help: ArgumentHelp("Where the keys are, or shall be.", valueName: "file"))
    var file: String

    @Flag(help: "Add a key that opens only, named after today.")
    var add = false

    @Option(help: ArgumentHelp("Let this key seal from now on.", valueName: "id"))
    var use: String?

    @Option(help: ArgumentHelp("End this key, which nothing is sealed with any more.", valueName: "id"))
    var retire: String?

    @Flag(help: "Print the result as one line of JSON on standard output. No key is ever printed.")
    var json = false

    func validate() throws {
        guard [add, use != nil, retire != nil].count(where: { $0 }) <= 1 else {
            throw ValidationError("--add, --use and --retire are steps: one at a time.")
        }
    }

    func run() async throws {
        try await Terminal.reporting {
            let change: SealingKeyFile.Change =
                if add { .add } else if let use { .use(use) } else if let retire { .retire(retire) } else { .make }
            let file = SealingKeyFile(self.file)
            let (outcome, key, ring) = try file.apply(change, now: .now)
            let ids = ring.keys.map(\.id)
            if json {
                return try Terminal.print(json: Result(file: file.path, outcome: outcome, key: key, sealing: ids.first ?? "", keys: ids))
            }
            Terminal.print("\(key): \(Self.sentence(outcome))")
            Terminal.print("\(file.path) holds \(ring); the first seals.")
        }
    }

    private static func sentence(_ outcome: SealingKeyFile.Outcome) -> String {
        switch outcome {
        case .made: "was made, and seals"
        case .kept: "seals, as before"
        case .added: "was made; it opens, and does not seal before --use"
        case .used: "seals from now on, in each service from its next start"
        case .retired: "is no longer in the file"
        }
    }
}
