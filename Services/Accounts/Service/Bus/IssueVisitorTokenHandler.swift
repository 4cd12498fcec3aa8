import Bus
import Contracts
import Foundation
import Storage
import Tokens

/// Who opens the widget: somebody the website vouches for, somebody who was here before, or somebody new.
struct IssueVisitorTokenHandler: RequestHandler {
    /// Seconds by which a website's clock may differ from ours.
    private static let leeway: TimeInterval = 60

    private struct Identified {
        let customerID: CustomerID
        let name: String
        /// What the website vouches for, as it wrote them.
        var email: String?
        var phone: String?
    }

    /// An older token is replaced when it is shown, so that whoever comes back each month stays known.
    private static let renewedAfterSeconds: TimeInterval = 86_400

    let database: Database
    let tokens: TokenIssuer
    let now: @Sendable () -> Date

    func answer(_ request: IssueVisitorToken, context: RequestContext) async throws -> VisitorToken {
        let now = now()
        let site = try await SiteRecord.find(request.site, in: database)
        if let origin = request.origin, !site.allows(origin: origin) { throw AccountsError.originNotAllowed(origin: origin) }
        var returning: TokenBearer? = if let token = request.token { try await visitor(token, site, now) } else { nil }
        let identified: Identified? = if let identity = request.identity { try await identify(identity, site, now) } else { nil }

        let known = try await look(up: returning, identified?.customerID, of: site.clientID)
        // Whoever shows a token that was ended is somebody new, as with one that has expired.
        if known.hasEnded { returning = nil }
        let openState = openState(known.rules, at: now)
        let customerID = identified?.customerID ?? returning?.principal.customerID ?? .new()
        let isSame = identified.map { $0.customerID == returning?.principal.customerID && $0.name == returning?.principal.name } ?? true
        if let token = request.token, let returning, isSame, now.timeIntervalSince(returning.issuedAt) <= Self.renewedAfterSeconds {
            return VisitorToken(
                token: token, expiresIn: Int(saturating: returning.expiresAt.timeIntervalSince(now)), customerID: customerID,
                clientID: site.clientID, site: site.website, openState: openState, verifiedEmail: identified?.email,
                verifiedPhone: identified?.phone)
        }
        let principal = Principal(
            clientID: site.clientID, subject: Identifier(customerID.uuid), role: .customer,
            name: identified?.name ?? returning?.principal.name ?? "")
        let token = try await tokens.token(
            for: principal, session: returning?.sessionID ?? .new(), version: known.versions[customerID] ?? 0, now: now)
        return VisitorToken(
            token: token, expiresIn: OwnClaims.Kind.visitor.seconds, customerID: customerID, clientID: site.clientID, site: site.website,
            openState: openState, verifiedEmail: identified?.email, verifiedPhone: identified?.phone)
    }

    private struct Known: Sendable {
        let rules: BusinessRules
        /// What new tokens of these customers have to say.
        var versions: [CustomerID: Int64] = [:]
        var hasEnded = false
    }

    private func look(up visitor: TokenBearer?, _ identified: CustomerID?, of clientID: TenantID) async throws -> Known {
        try await database.transaction(.tenant(clientID)) { transaction in
            var known = Known(rules: try BusinessRulesRepository(transaction: transaction, clientID: clientID).find())
            let endings = VisitorEndingRepository(transaction: transaction, clientID: clientID)
            let customerID = visitor?.principal.customerID
            for id in Set([customerID, identified].compactMap(\.self)) { known.versions[id] = try endings.version(of: id) }
            if let visitor, let customerID {
                known.hasEnded = try endings.hasEnded(customerID, browser: visitor.sessionID, version: visitor.version)
            }
            return known
        }
    }

    private func openState(_ rules: BusinessRules, at now: Date) -> OpenState? {
        do {
            return OpenState(try rules.calendar(), at: now)
        } catch {
            return nil  // a zone that this machine's own data does not know any more
        }
    }

    /// Somebody whose token has ended is new again; one that is not ours, or another company's, is refused.
    private func visitor(_ token: String, _ site: SiteRecord, _ now: Date) async throws -> TokenBearer? {
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
                customerID: SiteIdentity.customerID(of: userID, clientID: site.clientID), name: Self.shownName(claims["name"]?.string),
                email: Self.verified("email", in: claims), phone: Self.verified("phone_number", in: claims))
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

    /// A claim that the website did not take back itself. Source: OpenID Connect Core 1.0, section 5.1.
    private static func verified(_ claim: String, in claims: [String: JSONValue]) -> String? {
        guard claims[claim + "_verified"] != .bool(false), let value = claims[claim]?.string, !value.isEmpty else { return nil }
        return value
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
