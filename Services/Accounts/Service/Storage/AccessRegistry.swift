import Contracts
import EventLog
import Foundation
import Storage

/// Ends what tokens allow before their time: in one transaction the row that says so and the event that gateways hear.
package struct AccessRegistry: Sendable {
    let database: Database
    let publisher: EventPublisher
    let now: @Sendable () -> Date

    package init(database: Database, publisher: EventPublisher, now: @escaping @Sendable () -> Date) {
        self.database = database
        self.publisher = publisher
        self.now = now
    }

    /// All tokens and sign-ins of a user.
    /// - Parameter actor: who orders it; nil: the operator.
    package func endAll(of userID: UserID, of clientID: TenantID, by actor: Actor? = nil, traceparent: String?) async throws {
        let (publisher, now) = (publisher, Timestamp.rounded(now()))
        try await database.transaction(of: clientID, by: actor) { transaction in
            var locked = try publisher.lock([userID.uuid], in: transaction)
            let users = UserRepository(transaction: transaction, clientID: clientID)
            guard var user = try users.lock(userID) else { throw AccountsError.userNotFound(id: userID) }
            let ended = user.endTokens()
            try users.update(user, at: now)
            let count = try SignInRepository(transaction: transaction, clientID: clientID).revokeAll(of: userID, at: now)
            try SettingsAuditRepository(transaction: transaction, clientID: clientID).record(
                .user, before: user.audited.merging(["sign_ins": .integer(Int64(count))]) { $1 },
                after: user.audited.merging(["sign_ins": 0]) { $1 }, by: actor, at: now)
            try publisher.append([try NewEvent(ended, clientID: clientID, traceparent: traceparent)], to: &locked, in: transaction)
        }
    }

    /// One sign-in of a user.
    /// - Parameters:
    ///   - actor: who orders it; nil: the operator, or the user by a secret of their own.
    ///   - audited: whether it is an order that the audit keeps, and not a user's own signing out.
    /// - Returns: false if there is no such sign-in that goes on.
    @discardableResult
    package func end(
        signIn id: UUID, of userID: UserID, of clientID: TenantID, by actor: Actor? = nil, audited: Bool = false, traceparent: String?
    ) async throws -> Bool {
        let (publisher, now) = (publisher, Timestamp.rounded(now()))
        return try await database.transaction(of: clientID, by: actor) { transaction in
            var locked = try publisher.lock([userID.uuid], in: transaction)
            guard try SignInRepository(transaction: transaction, clientID: clientID).revoke(id, of: userID, at: now) else { return false }
            if audited, let user = try UserRepository(transaction: transaction, clientID: clientID).find(userID) {
                let signIn: JSONValue = .string(id.lowercased)
                try SettingsAuditRepository(transaction: transaction, clientID: clientID).record(
                    .user, before: user.audited.merging(["sign_in": signIn]) { $1 },
                    after: user.audited.merging(["sign_in": .null]) { $1 }, by: actor, at: now)
            }
            let ended = AccessEnded(holder: EntityID(userID.uuid), sessionID: EntityID(id))
            try publisher.append([try NewEvent(ended, clientID: clientID, traceparent: traceparent)], to: &locked, in: transaction)
            return true
        }
    }

    /// A visitor's tokens: of one browser, or all (browser nil). Shown again, an ended token makes a new visitor.
    package func end(
        visitor customerID: CustomerID, browser: EntityID?, of clientID: TenantID, by actor: Actor? = nil, traceparent: String?
    ) async throws {
        let (publisher, now) = (publisher, Timestamp.rounded(now()))
        try await database.transaction(of: clientID, by: actor) { transaction in
            var locked = try publisher.lock([customerID.uuid], in: transaction)
            let ended = try VisitorEndingRepository(transaction: transaction, clientID: clientID)
                .end(customerID, browser: browser, at: now)
            try publisher.append([try NewEvent(ended, clientID: clientID, traceparent: traceparent)], to: &locked, in: transaction)
        }
    }
}

extension NewEvent {
    /// Its key is the holder.
    init(_ ended: AccessEnded, clientID: TenantID, traceparent: String?) throws {
        try self.init(ended, clientID: clientID, key: ended.holder.uuid, traceparent: traceparent)
    }
}

extension UserRecord {
    /// Every token signed so far has ended; what is returned is to be said.
    mutating func endTokens() -> AccessEnded {
        tokenVersion += 1
        return AccessEnded(holder: EntityID(id.uuid), validFromVersion: tokenVersion)
    }
}
