import Contracts
import Foundation
import Storage

/// The installation's own id.
struct InstallationRepository {
    let transaction: Transaction

    func id() throws -> UUID {
        try transaction.query("SELECT id FROM accounts.installation")[0]["id"]
    }
}
