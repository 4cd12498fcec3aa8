import Foundation
import Synchronization

/// Time that passes when a test says so.
final class ManualClock: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_795_233_600))  // 2026-11-21T04:00:00Z

    var now: Date { time.withLock { $0 } }

    func advance(by seconds: TimeInterval) {
        time.withLock { $0 += seconds }
    }
}
