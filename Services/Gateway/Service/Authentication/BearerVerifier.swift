import Contracts
import Foundation
import Tokens

/// Checks access tokens and visitor tokens: our signature, our algorithm, our audience, not past their end.
struct BearerVerifier: Sendable {
    /// How far the clocks of accounts and gateway may differ.
    static let leeway: TimeInterval = 5
    /// Longer ones are not ours.
    static let bytesMax = 4096
    /// Bytes of a key's name: ours have 43.
    private static let keyNameMax = 128

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
        let name = TokenVerifier.keyName(of: token, algorithms: TokenBearer.algorithms) ?? ""
        let verifying = name.isEmpty || name.utf8.count > Self.keyNameMax ? nil : try await keys.keys(for: name)
        let accountsIssuer = await keys.issuer
        let time = now()
        do throws(TokenRefusal) {
            let bearer = try TokenBearer(
                token: token, keys: verifying ?? VerificationKeys(byID: [:]), issuer: issuer ?? accountsIssuer, leeway: Self.leeway,
                now: time)
            guard bearer.issuedAt <= time.addingTimeInterval(Self.leeway) else { throw TokenRefusal.notYetValid }
            return Caller(
                principal: bearer.principal, expiresAt: bearer.expiresAt, issuedAt: bearer.issuedAt, sessionID: bearer.sessionID,
                version: bearer.version)
        } catch {
            throw Rejected(why: error.words)
        }
    }
}

extension TokenRefusal {
    fileprivate var words: String {
        switch self {
        case .malformed: "The token is malformed."
        case .algorithmNotAllowed: "The token's algorithm is not accepted."
        case .keyUnknown, .signatureWrong, .issuerWrong: "The token was not signed here."
        case .expired: "The token has expired."
        case .notYetValid: "The token is not valid yet."
        case .audienceWrong: "The token is meant for something else."
        }
    }
}
