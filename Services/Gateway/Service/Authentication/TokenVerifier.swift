import Contracts
import Foundation
import JWTKit

/// Checks access tokens and visitor tokens: our signature, our algorithm, our audience, not past their end.
struct TokenVerifier: Sendable {
    /// How far the clocks of accounts and gateway may differ.
    static let leeway: TimeInterval = 5
    /// Longer ones are not ours.
    static let bytesMax = 4096

    struct Rejected: Error {
        let why: String
    }

    let keys: SigningKeyCache
    /// nil: the one that accounts names beside its keys. So a key file that was copied elsewhere signs nothing for here.
    let issuer: String?
    let now: @Sendable () -> Date

    /// - Throws: ``Rejected``, or the bus's trouble when accounts cannot be asked.
    func verify(_ token: String) async throws -> Caller {
        guard token.utf8.count <= Self.bytesMax else { throw Rejected(why: "The token is too long.") }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        // The library decodes both parts before it knows whether the signature is ours; so their form is checked here.
        guard parts.count == 3, let header = Self.bytes(parts[0]).flatMap(TokenHeader.init), Self.bytes(parts[1]).map(Self.isFit) == true
        else { throw Rejected(why: "The token is malformed.") }
        guard header.algorithm == "EdDSA" else { throw Rejected(why: "The token's algorithm is not accepted.") }
        guard !header.isCritical else { throw Rejected(why: "The token asks for what is not known.") }
        guard let kid = header.keyName, !kid.isEmpty, kid.utf8.count <= 128, let verifying = try await keys.keys(for: kid) else {
            throw Rejected(why: "The token was not signed here.")
        }
        let claims: AccessClaims
        do {
            claims = try await verifying.verify(token, as: AccessClaims.self)
        } catch {
            throw Rejected(why: "The token was not signed here.")
        }
        let time = now().timeIntervalSince1970
        guard time < claims.exp + Self.leeway else { throw Rejected(why: "The token has expired.") }
        guard claims.iat <= time + Self.leeway, (claims.nbf ?? 0) <= time + Self.leeway else {
            throw Rejected(why: "The token is not valid yet.")
        }
        let accountsIssuer = await keys.issuer
        if let issuer = issuer ?? accountsIssuer, claims.iss != issuer { throw Rejected(why: "The token was not signed here.") }
        let role = Role(rawValue: claims.role)
        let expected = role == .customer ? "widget" : "switchboard"
        guard claims.aud.value.contains(expected), role == .customer || Role.staff.contains(role) else {
            throw Rejected(why: "The token is meant for something else.")
        }
        guard let clientID = TenantID(claims.clientID), let subject = Identifier<User>(claims.sub) else {
            throw Rejected(why: "The token is malformed.")
        }
        return Caller(
            principal: Principal(clientID: clientID, subject: subject, role: role, name: claims.name ?? ""),
            expiresAt: Date(timeIntervalSince1970: claims.exp), issuedAt: Date(timeIntervalSince1970: claims.iat),
            sessionID: claims.sid.flatMap(EntityID.init), version: claims.ver ?? 0)
    }

    private static func bytes(_ part: Substring) -> [UInt8]? {
        var text = part.replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: String(text)).map(Array.init)
    }

    /// Whether the claims are a document that costs no more than its length.
    private static func isFit(_ claims: [UInt8]) -> Bool {
        do {
            _ = try JSONDocument(claims, within: .outside)
            return true
        } catch {
            return false
        }
    }
}
