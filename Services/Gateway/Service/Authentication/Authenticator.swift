import Bus
import Contracts
import Crypto
import Foundation
import HTTPTypes
import Synchronization

/// Finds out who asks from a bearer token or an API key. What was verified is remembered for a short time, so that a request costs
/// one hash and not one signature; what has ended meanwhile is refused all the same (``AccessEndings``).
package final class Authenticator: Sendable {
    /// How long a verified token or key is believed without looking again (contracts §1).
    static let rememberedFor: TimeInterval = 30
    /// How long accounts' word counts that a token, too old to be judged here, has not ended.
    static let confirmedFor: TimeInterval = 600
    /// For the question whether it has.
    static let confirmationBudget = Duration.seconds(2)
    /// Tokens and keys remembered at once; about 200 bytes each. Beyond it the older half is forgotten and verified again.
    static let rememberedMax = 20_000
    /// Keys that accounts does not know, remembered at once and for ``rememberedFor``; about 60 bytes each. Beyond it all are forgotten.
    static let refusedMax = 20_000
    static let apiKeyPrefix = "sk_"
    static let apiKeyBytesMax = 256
    static let subprotocolPrefix = "bearer."

    private struct Remembered {
        let caller: Caller
        let until: Date
        /// nil: nobody had to ask accounts.
        let confirmedUntil: Date?
    }

    private let verifier: BearerVerifier
    private let bus: any Bus
    private let endings: AccessEndings
    private let now: @Sendable () -> Date
    private let remembered = Mutex<[SHA256.Digest: Remembered]>([:])
    private let refused = Mutex<[SHA256.Digest: Date]>([:])

    init(
        bus: any Bus, keys: SigningKeyCache, issuer: String?, endings: AccessEndings = AccessEndings(),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        verifier = BearerVerifier(keys: keys, issuer: issuer, now: now)
        self.bus = bus
        self.endings = endings
        self.now = now
    }

    /// - Parameter charge: called before accounts is asked about a key: anybody can make one up, and the question costs far more than it.
    /// - Returns: nil if nothing was given to sign in with.
    /// - Throws: a 401 ``Problem``, or the bus's trouble; what `charge` throws.
    func caller(_ headers: HTTPFields, charge: () throws -> Void = {}) async throws -> Caller? {
        if let value = headers[.authorization] {
            guard let space = value.firstIndex(of: " "), value[..<space].lowercased() == "bearer" else {
                throw Problem.unauthorized("Sign in with a bearer token.")
            }
            return try await caller(token: value[space...].drop { $0 == " " }, charge: charge)
        }
        if let key = headers[.apiKey] { return try await caller(token: Substring(key), charge: charge) }
        // Browsers cannot set other fields when they open a WebSocket (contracts §1).
        for offered in (headers[.webSocketProtocol] ?? "").split(separator: ",") {
            let offered = offered.trimmingPrefix(" ")
            if offered.hasPrefix(Self.subprotocolPrefix) {
                return try await caller(token: offered.dropFirst(Self.subprotocolPrefix.count), charge: charge)
            }
        }
        return nil
    }

    func caller(token: Substring, charge: () throws -> Void = {}) async throws -> Caller {
        let digest = SHA256.hash(data: Array(token.utf8))
        let time = now()
        let known = remembered.withLock { $0[digest] }
        if let known, known.until > time {
            try refuseIfEnded(known.caller)
            return known.caller
        }
        let caller: Caller
        var confirmedUntil = known?.confirmedUntil
        if token.hasPrefix(Self.apiKeyPrefix) {
            try charge()
            caller = try await verifiedKey(token, digest, at: time)
        } else {
            caller = try await verifiedToken(token)
            try refuseIfEnded(caller)
            if endings.cover(caller.issuedAt) {
                confirmedUntil = nil
            } else if confirmedUntil.map({ $0 <= time }) ?? true {
                confirmedUntil = try await confirm(caller, at: time)
            }
        }
        remember(caller, as: digest, at: time, confirmedUntil: confirmedUntil)
        try refuseIfEnded(caller)  // while we asked
        return caller
    }

    /// Endings may have been missed: everything is verified again.
    func forget() {
        remembered.withLock { $0 = [:] }
    }

    /// Whether somebody whose socket is open may go on. True as long as accounts cannot be asked: the token's own end comes.
    func goesOn(_ caller: Caller) async -> Bool {
        if endings.include(caller) { return false }
        if caller.principal.role != .service, endings.cover(caller.issuedAt) { return true }
        do {
            _ = try await confirm(caller, at: now())
            return true
        } catch let problem as Problem {
            return problem.status != .unauthorized
        } catch {
            return true
        }
    }

    private func refuseIfEnded(_ caller: Caller) throws {
        if endings.include(caller) { throw AccountsError.accessEnded.problem }
    }

    private func verifiedToken(_ token: Substring) async throws -> Caller {
        do {
            return try await verifier.verify(String(token))
        } catch let error as BearerVerifier.Rejected {
            throw Problem.unauthorized(error.why)
        }
    }

    /// - Returns: until when that need not be asked again.
    private func confirm(_ caller: Caller, at time: Date) async throws -> Date {
        let principal = caller.principal
        do {
            _ = try await bus.request(
                ConfirmAccess(principal: principal, sessionID: caller.sessionID, version: caller.version), clientID: principal.clientID,
                budget: Self.confirmationBudget)
            return time.addingTimeInterval(Self.confirmedFor)
        } catch let error as AccountsError {
            throw error.problem
        } catch BusError.unknownSubject {  // an older accounts, which ends nothing before its time
            return time.addingTimeInterval(Self.rememberedFor)
        } catch  where principal.role == .customer {  // while accounts is away visitors go on; chat has its own blocks
            return time.addingTimeInterval(Self.rememberedFor)
        }
    }

    private func verifiedKey(_ key: Substring, _ digest: SHA256.Digest, at time: Date) async throws -> Caller {
        guard key.utf8.count <= Self.apiKeyBytesMax else { throw AccountsError.keyInvalid.problem }
        if let until = refused.withLock({ $0[digest] }), until > time { throw AccountsError.keyInvalid.problem }
        do {
            let verified = try await bus.request(VerifyAPIKey(key: String(key)), clientID: nil)
            let again = now().addingTimeInterval(Self.rememberedFor)
            return Caller(
                principal: verified.principal, expiresAt: verified.expiresAt.map { min($0, again) } ?? again, issuedAt: time,
                scopes: verified.scopes,
                keyEndsAt: verified.expiresAt)
        } catch let error as AccountsError {
            if error == .keyInvalid {
                refused.withLock { refused in
                    if refused.count >= Self.refusedMax { refused = [:] }
                    refused[digest] = time.addingTimeInterval(Self.rememberedFor)
                }
            }
            throw error.problem
        }
    }

    private func remember(_ caller: Caller, as digest: SHA256.Digest, at time: Date, confirmedUntil: Date?) {
        let until = min(caller.expiresAt, time.addingTimeInterval(Self.rememberedFor), confirmedUntil ?? .distantFuture)
        guard until > time else { return }
        remembered.withLock { remembered in
            if remembered.count >= Self.rememberedMax {
                remembered = remembered.filter { $0.value.until > time }
                if remembered.count >= Self.rememberedMax {
                    let middle = remembered.values.map(\.until).sorted()[remembered.count / 2]
                    remembered = remembered.filter { $0.value.until > middle }
                }
            }
            remembered[digest] = Remembered(caller: caller, until: until, confirmedUntil: confirmedUntil)
        }
    }
}
