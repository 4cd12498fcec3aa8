import Contracts
import Foundation

/// A program that belongs to the suite.
package struct SuiteService: Sendable, Equatable {
    package let name: ServiceName
    /// Whether it signs in to PostgreSQL, with a role of its own.
    package let hasDatabase: Bool

    /// In the order they start; they stop in the opposite one. Any order works, this one logs least.
    package static let all = [
        SuiteService(name: .accounts, hasDatabase: true), SuiteService(name: .chat, hasDatabase: true),
        SuiteService(name: .router, hasDatabase: true), SuiteService(name: .gateway, hasDatabase: false),
    ]

    /// Replicas of one service that `up` starts on one machine. Each costs some 60 MB and its connections;
    /// ``PrivateCluster/connectionsMax`` is made for this.
    package static let replicasMax = 8

    /// `ACCOUNTS`, the beginning of its configuration keys.
    var prefix: String { name.rawValue.uppercased().replacingOccurrences(of: "-", with: "_") }
}
