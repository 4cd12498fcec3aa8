import Contracts
import Foundation
import Storage
import Synchronization

/// The installation's own id, made by the first migration: `iss` of every token. Read when it is first needed, so that the process
/// starts without its database.
package final class Installation: Sendable {
    private let database: Database
    private let known = Mutex<String?>(nil)

    package init(database: Database) {
        self.database = database
    }

    package func id() async throws -> String {
        if let id = known.withLock({ $0 }) { return id }
        let id: UUID = try await database.query(.none, "SELECT id FROM accounts.installation")[0]["id"]
        known.withLock { $0 = id.lowercased }
        return id.lowercased
    }
}
