import Logging
import ServiceLifecycle

/// Does something now and then until shutdown. What fails is logged and tried again next time.
struct Periodic: Service {
    let name: String
    let period: Duration
    let logger: Logger
    let body: @Sendable () async throws -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await body()
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("\(name) failed", metadata: ["error": "\(error)"])
                }
                // A tenth by chance, so that replicas do not keep step.
                await Pause.of(period + period * Double.random(in: 0..<0.1))
            }
        }
    }
}

enum Pause {
    /// Ends early when the task is cancelled.
    static func of(_ duration: Duration) async {
        do {
            try await Task.sleep(for: duration)
        } catch {
            // Cancelled: whoever waits sees it.
        }
    }
}
