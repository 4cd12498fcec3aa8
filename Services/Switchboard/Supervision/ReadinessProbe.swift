import Foundation
import ServiceKit

/// Asks a process whether it is ready.
struct ReadinessProbe: Sendable {
    let port: UInt16

    /// The question blocks, so it is asked on a thread that may be blocked.
    func isReady() async -> Bool {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: HealthProbe.isReady(port: port)) }
        }
    }
}
