import Bus
import Contracts
import Foundation
import Logging
import Tokens

/// The keys that accounts signs tokens with. Read again every 30 s, and at once (but once per second at most) when a token names a
/// key that is not known.
actor SigningKeyCache {
    /// Contracts §1.
    static let ageMax = Duration.seconds(30)
    /// Strangers can name keys at will; each name costs at most a share of one question per second.
    static let unknownKeyPause = Duration.seconds(1)
    /// While accounts is away, keys that were good are believed for as long as an access token lives.
    static let staleMax = Duration.seconds(600)

    private let bus: any Bus
    private let logger: Logger
    private var keys = VerificationKeys(byID: [:])
    /// Who signs with these keys; nil until they were read once.
    private(set) var issuer: String?
    private var fetchedAt: ContinuousClock.Instant?
    private var triedAt: ContinuousClock.Instant?
    private var running: Task<Void, any Error>?

    init(bus: any Bus, logger: Logger) {
        self.bus = bus
        self.logger = logger
    }

    /// - Returns: nil if accounts does not know the key either.
    /// - Throws: ``BusError`` if accounts could not be asked and nothing usable is known.
    func keys(for id: String) async throws -> VerificationKeys? {
        let now = ContinuousClock.now
        let isFresh = fetchedAt.map { now - $0 < Self.ageMax } ?? false
        if isFresh, keys.include(id) { return keys }
        if let triedAt, now - triedAt < Self.unknownKeyPause, running == nil {
            return keys.include(id) && isBelievable(now) ? keys : fetchedAt == nil ? try unavailable() : nil
        }
        do {
            try await fetch()
        } catch {
            guard isBelievable(now), keys.include(id) else { throw error }
            logger.warning("signing keys could not be read again; the known ones are used", metadata: ["error": "\(error)"])
        }
        return keys.include(id) ? keys : nil
    }

    private func isBelievable(_ now: ContinuousClock.Instant) -> Bool {
        fetchedAt.map { now - $0 < Self.staleMax } ?? false
    }

    private func unavailable() throws -> VerificationKeys? {
        throw BusError.unavailable(retryAfter: Self.unknownKeyPause)
    }

    /// Callers at the same time share one question.
    private func fetch() async throws {
        if let running { return try await running.value }
        let task = Task {
            triedAt = .now
            let set = try await bus.request(GetSigningKeys(), clientID: nil, budget: .seconds(2))
            keys = try await VerificationKeys(published: set.keys)
            issuer = set.issuer
            fetchedAt = .now
        }
        running = task
        defer { running = nil }
        try await task.value
    }
}
