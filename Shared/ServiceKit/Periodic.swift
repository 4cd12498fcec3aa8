import Logging
import ServiceLifecycle

/// Looks for work now and then until shutdown. What fails is logged and tried again next time.
struct Periodic: Service {
    let name: String
    let period: Duration
    let logger: Logger
    let look: @Sendable () async throws -> Bool

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var hasMore = false
                do {
                    hasMore = try await look()
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("\(name) failed", metadata: ["error": "\(error)"])
                }
                guard !hasMore else { continue }
                // A tenth by chance, so that replicas do not keep step.
                await Pause.of(period + period * Double.random(in: 0..<0.1))
            }
        }
    }
}

package enum Pause {
    /// Ends early when the task is cancelled.
    package static func of(_ duration: Duration) async {
        do {
            try await Task.sleep(for: duration)
        } catch {
            // Cancelled: whoever waits sees it.
        }
    }
}
