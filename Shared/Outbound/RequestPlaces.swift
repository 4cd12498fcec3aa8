import Synchronization

/// Lets so many in at the same time; so many more wait, in order.
final class RequestPlaces: Sendable {
    private struct State {
        var taken = 0
        var next: UInt64 = 0
        var waiting: [(id: UInt64, continuation: CheckedContinuation<OutboundTrouble?, Never>)] = []
    }

    private let state = Mutex(State())
    private let placesMax: Int
    private let waitingMax: Int

    init(placesMax: Int, waitingMax: Int) {
        self.placesMax = placesMax
        self.waitingMax = waitingMax
    }

    /// - Throws: ``OutboundTrouble/busy`` if too many wait, ``OutboundTrouble/cancelled``.
    func take() async throws(OutboundTrouble) {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        let trouble: OutboundTrouble? = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state -> OutboundTrouble?? in
                    if Task.isCancelled { return .some(.cancelled) }
                    if state.taken < placesMax {
                        state.taken += 1
                        return .some(nil)
                    }
                    guard state.waiting.count < waitingMax else { return .some(.busy) }
                    state.waiting.append((id, continuation))
                    return nil
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
            }
            continuation?.resume(returning: .cancelled)
        }
        if let trouble { throw trouble }
    }

    func give() {
        let next = state.withLock { state -> CheckedContinuation<OutboundTrouble?, Never>? in
            guard !state.waiting.isEmpty else {
                state.taken -= 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: nil)
    }
}
