import Contracts
import Foundation
import Synchronization

/// What tokens say and is over, as accounts tells it. Looked at for every request, so it is a dictionary in memory.
///
/// What it heard it keeps for ``keptFor``, so it can judge tokens that were signed since it began to listen, and in that time. Any other,
/// a visitor's of last week or one from before this gateway started, only accounts can judge (``Authenticator``).
package final class AccessEndings: Sendable {
    /// Longer than an access token lives (600 s and the clocks' leeway), so that of those none must be asked about once a gateway has run
    /// so long; and longer than ``Authenticator/confirmedFor``, so that no older word of accounts outlives an ending.
    package static let keptFor: TimeInterval = 660
    /// Endings held at once, about 100 bytes each. Beyond it all are forgotten, and accounts is asked about every token for a time: an
    /// ending may cost a question, but is never overlooked.
    package static let countMax = 100_000

    private struct Holder: Hashable {
        let clientID: TenantID
        let id: UUID
    }

    private struct Ending {
        /// Tokens of a lower version have ended; for one sign-in or browser the highest there is.
        var validFromVersion: Int64
        var until: Date
    }

    private struct State {
        /// Nothing that ended after this was missed; nil before the log is followed.
        var listensSince: Date?
        var holders: [Holder: Ending] = [:]
        var sessions: [Holder: Ending] = [:]
        /// So many are there when the old ones are next cleared away.
        var clearAt = 1000
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Date
    private let countMax: Int

    package init(countMax: Int = AccessEndings.countMax, now: @escaping @Sendable () -> Date = { Date() }) {
        self.countMax = countMax
        self.now = now
    }

    /// From now on nothing is missed; what ended before is not known.
    package func listen() {
        let now = now()
        state.withLock { $0.listensSince = now }
    }

    package func hear(_ ended: AccessEnded, of clientID: TenantID) {
        let now = now()
        let until = now.addingTimeInterval(Self.keptFor)
        state.withLock { state in
            if let session = ended.sessionID {
                state.sessions[Holder(clientID: clientID, id: session.uuid)] = Ending(validFromVersion: .max, until: until)
            } else {
                let holder = Holder(clientID: clientID, id: ended.holder.uuid)
                let version = max(ended.validFromVersion ?? .max, state.holders[holder]?.validFromVersion ?? .min)
                state.holders[holder] = Ending(validFromVersion: version, until: until)
            }
            guard state.holders.count + state.sessions.count >= min(state.clearAt, countMax) else { return }
            state.holders = state.holders.filter { $0.value.until > now }
            state.sessions = state.sessions.filter { $0.value.until > now }
            let count = state.holders.count + state.sessions.count
            state.clearAt = max(1000, count * 2)
            guard count >= countMax else { return }
            state.holders = [:]
            state.sessions = [:]
            if state.listensSince != nil { state.listensSince = now }
        }
    }

    /// Whether it was heard that this caller's token has ended.
    package func include(_ caller: Caller) -> Bool {
        let principal = caller.principal
        return state.withLock { state in
            if state.holders.isEmpty, state.sessions.isEmpty { return false }
            let holder = Holder(clientID: principal.clientID, id: principal.subject.uuid)
            if let ending = state.holders[holder], caller.version < ending.validFromVersion { return true }
            guard let session = caller.sessionID else { return false }
            return state.sessions[Holder(clientID: principal.clientID, id: session.uuid)] != nil
        }
    }

    /// Whether the end of a token signed then would have been heard.
    package func cover(_ issuedAt: Date) -> Bool {
        let now = now()
        return state.withLock { state in
            guard let since = state.listensSince else { return false }
            // The clock that signed may be ahead of ours.
            return issuedAt >= max(since, now.addingTimeInterval(-Self.keptFor)).addingTimeInterval(BearerVerifier.leeway)
        }
    }

    package var count: Int { state.withLock { $0.holders.count + $0.sessions.count } }
}

extension AccessEnded {
    /// Whether it is this caller's token that has ended, within one company.
    func ends(_ caller: Caller) -> Bool {
        guard holder.uuid == caller.principal.subject.uuid else { return false }
        if let sessionID { return caller.sessionID == sessionID }
        return validFromVersion.map { caller.version < $0 } ?? true
    }
}
