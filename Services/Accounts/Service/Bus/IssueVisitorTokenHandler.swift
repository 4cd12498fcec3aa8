import Bus
import Contracts
import Foundation
import Storage

/// Who opens the widget: somebody the website vouches for, somebody who was here before, or somebody new.
struct IssueVisitorTokenHandler: RequestHandler {
    /// Seconds by which a website's clock may differ from ours.
    private static let leeway: TimeInterval = 60

    private struct Identified {
        let customerID: CustomerID
        let name: String
    }

    let database: Database
    let tokens: TokenIssuer
    let now: @Sendable () -> Date

    func answer(_ request: IssueVisitorToken, context: RequestContext) async throws -> VisitorToken {
        let now = now()
        let site = try await SiteRecord.find(request.site, in: database)
        if let origin = request.origin, !site.allows(origin: origin) { throw AccountsError.originNotAllowed(origin: origin) }
        let returning: TokenIssuer.Visitor? = if let token = request.token { try await visitor(token, site, now) } else { nil }
        let identified: Identified? = if let identity = request.identity { try await identify(identity, site, now) } else { nil }

        let openState = try await openState(of: site.clientID, at: now)
        let customerID = identified?.customerID ?? returning?.customerID ?? .new()
        let isSame = identified.map { $0.customerID == returning?.customerID && $0.name == returning?.name } ?? true
        if let token = request.token, let returning, isSame, now.timeIntervalSince(returning.issuedAt) <= VisitorClaims.renewedAfterSeconds
        {
            return VisitorToken(
                token: token, expiresIn: Int(returning.expiresAt.timeIntervalSince(now)), customerID: customerID,
                clientID: site.clientID, site: site.website, openState: openState)
        }
        let token = try await tokens.visitorToken(
            clientID: site.clientID, customerID: customerID, name: identified?.name ?? returning?.name ?? "", now: now)
        return VisitorToken(
            token: token, expiresIn: VisitorClaims.seconds, customerID: customerID, clientID: site.clientID, site: site.website,
            openState: openState)
    }

    private func openState(of clientID: TenantID, at now: Date) async throws -> OpenState? {
        let rules = try await database.transaction(.tenant(clientID)) { transaction in
            try BusinessRulesRepository(transaction: transaction, clientID: clientID).find()
        }
        do {
            return OpenState(try rules.calendar(), at: now)
        } catch {
            return nil  // a zone that this machine's own data does not know any more
        }
    }

    /// Somebody whose token has ended is new again; one that is not ours, or another company's, is refused.
    private func visitor(_ token: String, _ site: SiteRecord, _ now: Date) async throws -> TokenIssuer.Visitor? {
        do {
            return try await tokens.visitor(from: token, of: site.clientID, now: now)
        } catch TokenRefusal.expired {
            return nil
        } catch is TokenRefusal {
            throw AccountsError.tokenInvalid
        }
    }

    /// - Throws: ``AccountsError/tokenInvalid`` if neither of the site's secrets made it.
    private func identify(_ identity: VisitorIdentity, _ site: SiteRecord, _ now: Date) async throws -> Identified {
        switch (identity.userID, identity.userHash, identity.jwt) {
        case (let userID?, let hash?, nil):
            try Self.checkLength(userID)
            guard SiteIdentity.isValid(hash: hash, of: userID, secrets: site.identitySecrets) else { throw AccountsError.tokenInvalid }
            return Identified(customerID: SiteIdentity.customerID(of: userID, clientID: site.clientID), name: "")
        case (nil, nil, let token?):
            let claims = try await claims(of: token, site, now)
            guard let userID = claims["sub"]?.string else { throw AccountsError.tokenInvalid }
            try Self.checkLength(userID)
            return Identified(
                customerID: SiteIdentity.customerID(of: userID, clientID: site.clientID), name: Self.shownName(claims["name"]?.string))
        default:
            throw AccountsError.fieldInvalid(field: "identity", detail: "must have either user_id and user_hash, or jwt")
        }
    }

    private func claims(of token: String, _ site: SiteRecord, _ now: Date) async throws -> [String: JSONValue] {
        let policy = TokenPolicy(algorithms: ["HS256"], leeway: Self.leeway)
        for secret in site.identitySecrets {
            let keys = try await VerificationKeys(secret: Array(secret.utf8))
            do {
                return try TokenVerifier.claims(of: token, keys: keys, policy: policy, now: now)
            } catch {
                continue
            }
        }
        throw AccountsError.tokenInvalid
    }

    private static func checkLength(_ userID: String) throws(AccountsError) {
        guard (1...SiteIdentity.identifierMax).contains(userID.utf8.count) else {
            throw .fieldInvalid(field: "identity.user_id", detail: "must have 1 to \(SiteIdentity.identifierMax) bytes")
        }
    }

    /// A name that we would not take from a user is left out; the visitor is known all the same.
    private static func shownName(_ name: String?) -> String {
        guard let name else { return "" }
        do {
            return try FieldRules.name(name)
        } catch {
            return ""
        }
    }
}
