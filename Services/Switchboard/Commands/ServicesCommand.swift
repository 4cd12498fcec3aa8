import ArgumentParser
import Contracts
import Foundation

/// Says which services there are. Needs no installation.
package struct ServicesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "services", abstract: "Lists the suite's services, in the order in which they start.",
        discussion: """
            What runs without Swift reads deploy/services.json, which is what --json prints: \
            .build/debug/switchboard services --json > deploy/services.json
            """)

    @Flag(help: "Print all that is to be known of them on standard output, as JSON with one service a line.")
    var json = false

    package init() {}

    package func run() async throws {
        try await Terminal.reporting {
            if json { return Terminal.print(try Self.document(SuiteService.all)) }
            for service in SuiteService.all { Terminal.print(Self.line(service)) }
        }
    }

    /// - Returns: always the same for the same services, and one line for each.
    package static func document(_ services: [SuiteService]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = try services.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
        return "[\n\(lines.joined(separator: ",\n"))\n]"
    }

    private static func line(_ service: SuiteService) -> String {
        var facts = [service.hasSchema ? "schema \(service.name.schema)" : "no schema"]
        if service.hasJobs { facts.append("jobs") }
        if service.reachesOutside { facts.append("reaches outside") }
        facts += service.secrets.map(\.file) + service.publicParts.map(\.prefix)
        return "\(service.name)\tServices/\(service.folder)\t\(facts.joined(separator: ", "))"
    }
}
