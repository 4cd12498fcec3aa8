import Contracts
import Foundation
import TestSupport

extension TestDatabase {
    static var fixtures: URL {
        get throws {
            guard let directory = Bundle.module.url(forResource: "Fixtures", withExtension: nil) else {
                throw CocoaError(.fileNoSuchFile)
            }
            return directory
        }
    }

    /// With a tenant's table `chat.notes`, and `chat.plain_notes` and `chat.deferred_notes` without tenant.
    static func makeWithNotes() async throws -> TestDatabase { try await make([.chat: fixtures, .router: nil]) }
}
