import Synchronization
import UnixSignals

/// The operator's wish to stop.
final class Interruption: Sendable {
    private let state = Mutex(State())

    private struct State {
        var happened = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// - Parameters:
    ///   - first: called at the first signal.
    ///   - again: called at every later one.
    static func listen(
        first: @escaping @Sendable (UnixSignal) -> Void, again: @escaping @Sendable () async -> Void
    ) async -> Interruption {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let interruption = Interruption()
        Task {
            var isFirst = true
            for await signal in signals {
                guard isFirst else {
                    await again()
                    continue
                }
                isFirst = false
                first(signal)
                interruption.happen()
            }
        }
        return interruption
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let happened = state.withLock { state in
                if !state.happened { state.waiting.append(continuation) }
                return state.happened
            }
            if happened { continuation.resume() }
        }
    }

    /// Cancels `work` when the operator wants to stop.
    func whileWaiting<Success: Sendable>(for work: Task<Success, any Error>) async -> Result<Success, any Error> {
        Task {
            await wait()
            work.cancel()  // long done, if the wish comes late
        }
        return await work.result
    }

    private func happen() {
        let waiting = state.withLock { state in
            state.happened = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
