import Bus
import Contracts
import Crypto
import Foundation
import HTTPTypes
import Synchronization

/// Finds out who asks from a bearer token or an API key. What was verified is remembered for a short time, so that a request costs
/// one hash and not one signature.
package final class Authenticator: Sendable {
    /// How long a verified token or key is believed without looking again: what revoking takes at most (contracts §1).
    static let rememberedFor: TimeInterval = 30
    /// Tokens and keys remembered at once; about 200 bytes each. Beyond it the older half is forgotten and verified again.
    static let rememberedMax = 20_000
    static let apiKeyPrefix = "sk_"
    static let apiKeyBytesMax = 256
    static let subprotocolPrefix = "bearer."

    private struct Remembered {
        let caller: Caller
        let until: Date
    }

    private let verifier: TokenVerifier
    private let bus: any Bus
    private let now: @Sendable () -> Date
    private let remembered = Mutex<[SHA256.Digest: Remembered]>([:])

    init(bus: any Bus, keys: SigningKeyCache, issuer: String?, now: @escaping @Sendable () -> Date = { Date() }) {
        verifier = TokenVerifier(keys: keys, issuer: issuer, now: now)
        self.bus = bus
        self.now = now
    }

    /// - Returns: nil if nothing was given to sign in with.
    /// - Throws: a 401 ``Problem``, or the bus's trouble.
    func caller(_ headers: HTTPFields) async throws -> Caller? {
        if let value = headers[.authorization] {
            guard let space = value.firstIndex(of: " "), value[..<space].lowercased() == "bearer" else {
                throw Problem.unauthorized("Sign in with a bearer token.")
            }
            return try await caller(token: value[space...].drop { $0 == " " })
        }
        if let key = headers[.apiKey] { return try await caller(token: Substring(key)) }
        // Browsers cannot set other fields when they open a WebSocket (contracts §1).
        for offered in (headers[.webSocketProtocol] ?? "").split(separator: ",") {
            let offered = offered.trimmingPrefix(" ")
            if offered.hasPrefix(Self.subprotocolPrefix) { return try await caller(token: offered.dropFirst(Self.subprotocolPrefix.count)) }
        }
        return nil
    }

    func caller(token: Substring) async throws -> Caller {
        let digest = SHA256.hash(data: Array(token.utf8))
        let time = now()
        if let known = remembered.withLock({ $0[digest] }), known.until > time { return known.caller }
        let caller = token.hasPrefix(Self.apiKeyPrefix) ? try await verifiedKey(token) : try await verifiedToken(token)
        remember(caller, as: digest, at: time)
        return caller
    }

    private func verifiedToken(_ token: Substring) async throws -> Caller {
        do {
            return try await verifier.verify(String(token))
        } catch let error as TokenVerifier.Rejected {
            throw Problem.unauthorized(error.why)
        }
    }

    private func verifiedKey(_ key: Substring) async throws -> Caller {
        guard key.utf8.count <= Self.apiKeyBytesMax else { throw AccountsError.keyInvalid.problem }
        do {
            let principal = try await bus.request(VerifyAPIKey(key: String(key)), clientID: nil)
            return Caller(principal: principal, expiresAt: now().addingTimeInterval(Self.rememberedFor))
        } catch let error as AccountsError {
            throw error.problem
        }
    }

    private func remember(_ caller: Caller, as digest: SHA256.Digest, at time: Date) {
        let until = min(caller.expiresAt, time.addingTimeInterval(Self.rememberedFor))
        guard until > time else { return }
        remembered.withLock { remembered in
            if remembered.count >= Self.rememberedMax {
                remembered = remembered.filter { $0.value.until > time }
                if remembered.count >= Self.rememberedMax {
                    let middle = remembered.values.map(\.until).sorted()[remembered.count / 2]
                    remembered = remembered.filter { $0.value.until > middle }
                }
            }
            remembered[digest] = Remembered(caller: caller, until: until)
        }
    }
}
