import Contracts
import Foundation
import Storage

extension Migrator {
    /// The log's tables, then the service's own.
    /// - Parameters:
    ///   - directory: the service's `Migrations`, from its bundle; nil for a service without tables of its own.
    ///   - shared: of further modules whose tables this service has, before its own.
    @discardableResult
    package func migrate(
        _ service: ServiceName, directory: URL?, shared: [Migration] = [], progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> [String] {
        let own = try directory.map { try Migration.all(in: $0) } ?? []
        return try await migrate(service, LogMigrations.all() + shared + own, progress: progress)
    }
}
