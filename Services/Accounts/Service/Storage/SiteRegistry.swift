import Contracts
import Foundation
import Storage

/// Makes and changes websites.
package struct SiteRegistry: Sendable {
    let database: Database
    let now: @Sendable () -> Date

    package init(database: Database, now: @escaping @Sendable () -> Date) {
        self.database = database
        self.now = now
    }

    /// The same id with the same content is the same site.
    /// - Throws: ``AccountsError`` that names the field; ``AccountsError/idReused(field:)``.
    package func create(
        _ id: SiteID, of clientID: TenantID, by actor: Actor? = nil, name: String, allowedOrigins: [String], theme: [String: JSONValue],
        greeting: String
    ) async throws -> Website {
        let name = try FieldRules.name(name)
        let origins = try FieldRules.origins(allowedOrigins)
        let theme = try FieldRules.theme(theme)
        let greeting = try FieldRules.greeting(greeting)
        let members = theme.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value.string ?? ""] }
        let site = SiteRecord(
            clientID: clientID, id: id, siteKey: SiteKey.random(), name: name, allowedOrigins: origins, theme: theme, greeting: greeting,
            creationDigest: CreationDigest.of([name, "\(origins.count)"] + origins + members + [greeting]),
            createdAt: Timestamp.rounded(now()))
        return try await database.transaction(of: clientID, by: actor) { transaction in
            let sites = SiteRepository(transaction: transaction, clientID: clientID)
            if try sites.insert(site) { return site.website }
            guard let known = try sites.find(id), known.creationDigest == site.creationDigest else {
                throw AccountsError.idReused(field: "id")
            }
            return known.website
        }
    }

    /// What is given changes.
    /// - Throws: ``AccountsError/siteNotFound``; ``AccountsError`` that names the field.
    package func change(
        _ id: SiteID, of clientID: TenantID, by actor: Actor? = nil, name: String?, allowedOrigins: [String]?, theme: [String: JSONValue]?,
        greeting: String?
    ) async throws -> Website {
        let name: String? = if let name { try FieldRules.name(name) } else { nil }
        let origins: [String]? = if let allowedOrigins { try FieldRules.origins(allowedOrigins) } else { nil }
        let theme: [String: JSONValue]? = if let theme { try FieldRules.theme(theme) } else { nil }
        let greeting: String? = if let greeting { try FieldRules.greeting(greeting) } else { nil }
        let now = Timestamp.rounded(now())
        return try await database.transaction(of: clientID, by: actor) { transaction in
            let sites = SiteRepository(transaction: transaction, clientID: clientID)
            guard var site = try sites.lock(id) else { throw AccountsError.siteNotFound }
            site.name = name ?? site.name
            site.allowedOrigins = origins ?? site.allowedOrigins
            site.theme = theme ?? site.theme
            site.greeting = greeting ?? site.greeting
            try sites.update(site, at: now)
            return site.website
        }
    }

    /// The newer secret becomes the previous one, which stays valid.
    /// - Parameter order: the same order made twice makes one secret.
    package func rotateIdentitySecret(of id: SiteID, of clientID: TenantID, by actor: Actor? = nil, order: [UInt8]) async throws
        -> IdentitySecret
    {
        let now = Timestamp.rounded(now())
        return try await database.transaction(of: clientID, by: actor) { transaction in
            let sites = SiteRepository(transaction: transaction, clientID: clientID)
            guard var site = try sites.lock(id) else { throw AccountsError.siteNotFound }
            if site.rotationKey == order, let secret = site.identitySecret { return IdentitySecret(secret: secret) }
            let secret = SecretToken.random().text
            site.previousIdentitySecret = site.identitySecret
            site.identitySecret = secret
            site.rotationKey = order
            try sites.update(site, at: now)
            return IdentitySecret(secret: secret)
        }
    }
}
