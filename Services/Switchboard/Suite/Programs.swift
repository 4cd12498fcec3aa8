import Contracts
import Foundation

/// Where the suite's programs and pages are.
package struct Programs: Sendable {
    /// Overrides the folder of our own program.
    static let environmentKey = "SWITCHBOARD_BIN"

    package let folder: String

    /// The services stand beside `switchboard` itself.
    /// - Parameter startingServices: whether the services' programs must be there, and not only their migrations.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment, startingServices: Bool = true) throws {
        if let named = environment[Self.environmentKey], !named.isEmpty {
            folder = named
        } else {
            guard let own = ProcessTable.executable(of: getpid()) else { throw SystemError("read /proc/self/exe") }
            folder = (own as NSString).deletingLastPathComponent
        }
        guard startingServices else { return }
        let missing = SuiteService.all.filter { !FileManager.default.isExecutableFile(atPath: path(of: $0.name)) }
        guard missing.isEmpty else {
            let names = missing.map(\.name.rawValue).joined(separator: ", ")
            throw OperatorError(
                "Not built yet: \(names), expected in \(folder). Build them with `swift build`, or start with deploy/up.",
                code: .notPossible)
        }
    }

    package func path(of service: ServiceName) -> String { "\(folder)/\(service.rawValue)" }

    /// A service's migrations stand beside its program.
    package func migrations(of service: SuiteService) throws -> URL {
        let directory = "\(folder)/Switchboard_\(service.module)Service.resources/Migrations"
        guard FileManager.default.fileExists(atPath: directory) else {
            throw OperatorError("The migrations of \(service.name) are missing: \(directory).", code: .notPossible)
        }
        return URL(filePath: directory)
    }

    /// The built pages of the checkout that the programs were built in; nil if there are none.
    package var pages: String? {
        var place = folder
        while place.count > 1 {
            let pages = place + "/Services/Gateway/Web/dist"
            if FileManager.default.fileExists(atPath: place + "/Package.swift") {
                return FileManager.default.fileExists(atPath: pages) ? pages : nil
            }
            place = (place as NSString).deletingLastPathComponent
        }
        return nil
    }
}
