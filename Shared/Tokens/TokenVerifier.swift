import Contracts
import Foundation
import JWTKit

/// What a token must be to be believed.
package struct TokenPolicy: Sendable {
    package var algorithms: Set<String>
    package var issuer: String?
    package var audience: String?
    /// Seconds by which clocks may differ.
    package var leeway: TimeInterval

    package init(algorithms: Set<String>, issuer: String? = nil, audience: String? = nil, leeway: TimeInterval = 0) {
        self.algorithms = algorithms
        self.issuer = issuer
        self.audience = audience
        self.leeway = leeway
    }
}

/// Why a token is not believed. For logs and tests; whoever sent it hears only that it does not verify.
package enum TokenRefusal: Error, Equatable, Sendable {
    case malformed, algorithmNotAllowed, keyUnknown, signatureWrong, expired, notYetValid, issuerWrong, audienceWrong
}

/// Checks a JSON web token: first the signature over the bytes as they came, then the claims. Sources: RFC 7515, section 5.2; RFC 7519,
/// section 7.2; RFC 8725 (the algorithm is ours to choose, never the token's).
package enum TokenVerifier {
    /// Bytes. Ours have some 500; a site's own may carry more claims.
    package static let lengthMax = 8192

    /// - Returns: the payload's bytes, of any kind.
    package static func payload(of token: String, keys: VerificationKeys, algorithms: Set<String>) throws(TokenRefusal) -> [UInt8] {
        guard token.utf8.count <= lengthMax else { throw .malformed }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]).flatMap(TokenHeader.init), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        let algorithm = header.algorithm
        guard algorithms.contains(algorithm) else { throw .algorithmNotAllowed }
        guard !header.isCritical else { throw .malformed }
        guard let key = keys.key(named: header.keyName) else { throw .keyUnknown }
        guard key.name == algorithm else { throw .algorithmNotAllowed }
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        let isSigned: Bool
        do {
            isSigned = try key.verify(signature, signs: signed)
        } catch {  // a signature of another form
            isSigned = false
        }
        guard isSigned else { throw .signatureWrong }
        return payload
    }

    /// - Returns: the claims.
    package static func claims(
        of token: String, keys: VerificationKeys, policy: TokenPolicy, now: Date
    ) throws(TokenRefusal) -> [String: JSONValue] {
        let payload = try payload(of: token, keys: keys, algorithms: policy.algorithms)
        guard case .object(let claims) = json(payload) else { throw .malformed }
        let seconds = now.timeIntervalSince1970
        // A token without an end would be a password.
        guard let expires = claims["exp"].flatMap(seconds(of:)) else { throw .malformed }
        guard seconds < expires + policy.leeway else { throw .expired }
        if let claim = claims["nbf"] {
            guard let start = Self.seconds(of: claim) else { throw .malformed }
            guard seconds >= start - policy.leeway else { throw .notYetValid }
        }
        if let issuer = policy.issuer, claims["iss"]?.string != issuer { throw .issuerWrong }
        if let audience = policy.audience, !isMeant(claims, for: audience) { throw .audienceWrong }
        return claims
    }

    /// The name of the key that a token says it was signed with, for whoever has to fetch keys: a claim like any other until the signature
    /// is looked at.
    /// - Returns: nil if it names none, or is refused with any key.
    package static func keyName(of token: String, algorithms: Set<String>) -> String? {
        guard token.utf8.count <= lengthMax else { return nil }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]).flatMap(TokenHeader.init), !header.isCritical,
            algorithms.contains(header.algorithm), Base64URL.decode(parts[1]).flatMap(json) != nil
        else { return nil }
        return header.keyName
    }

    static func isMeant(_ claims: [String: JSONValue], for audience: String) -> Bool {
        switch claims["aud"] {
        case .string(let only): only == audience
        case .array(let several): several.contains(.string(audience))
        default: false
        }
    }

    private static func json(_ bytes: [UInt8]) -> JSONValue? {
        do {
            return try JSONValue(JSONDocument(bytes, within: .outside))
        } catch {
            return nil
        }
    }

    static func seconds(of claim: JSONValue) -> Double? {
        switch claim {
        case .integer(let seconds): Double(seconds)
        case .number(let seconds): seconds
        default: nil
        }
    }
}
