import Synchronization

/// Which attempts have begun to be written. An attempt that has not cannot have done anything.
final class SendRegister: Sendable {
    private struct State {
        var next: UInt64 = 0
        var isSent: [UInt64: Bool] = [:]
    }

    private let state = Mutex(State())

    func begin() -> UInt64 {
        state.withLock { state in
            state.next += 1
            state.isSent[state.next] = false
            return state.next
        }
    }

    /// - Returns: false if the attempt has ended already: it must not be written any more.
    func markSent(_ attempt: UInt64) -> Bool {
        state.withLock { state in
            guard state.isSent[attempt] != nil else { return false }
            state.isSent[attempt] = true
            return true
        }
    }

    func isSent(_ attempt: UInt64) -> Bool { state.withLock { $0.isSent[attempt] ?? false } }

    /// - Returns: whether it was begun to be written; after this it can't be any more.
    @discardableResult
    func end(_ attempt: UInt64) -> Bool { state.withLock { $0.isSent.removeValue(forKey: attempt) ?? false } }
}
