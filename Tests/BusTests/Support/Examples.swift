import Bus
import Contracts
import Foundation

extension StreamName {
    static let orders = StreamName(rawValue: "orders")
}

extension UUID {
    static let firstEpoch = UUID(uuidString: "0192f0c0-0000-7000-8000-00000000000a")!
    static let secondEpoch = UUID(uuidString: "0192f0c0-0000-7000-8000-00000000000b")!
}

extension EventFrame {
    /// An event whose id says which one it is.
    static func example(
        _ sequence: Int64, partition: Int = 0, epoch: UUID = .firstEpoch, stream: StreamName = .orders, payload: [UInt8] = Array("{}".utf8),
        context: [UInt8] = []
    ) -> EventFrame {
        EventFrame(
            header: Header(
                stream: stream, partition: partition, partitionSequence: sequence, epoch: epoch,
                eventID: EventID(UUID(bytes: withUnsafeBytes(of: (Int64(partition).bigEndian, sequence.bigEndian)) { Array($0) })),
                subject: "orders.something-happened", version: 1, audience: .everyone,
                clientID: TenantID("0192f0c0-0000-7000-8000-000000000001"), key: .firstEpoch, keySequence: sequence,
                occurredAt: Date(timeIntervalSince1970: 1_790_000_000.123456), traceparent: nil, context: context),
            payload: payload)
    }
}

extension RequestEnvelope {
    static func example(
        _ subject: Subject = "orders.place", key: RequestKey = .random(), budget: Duration = .seconds(20), payload: [UInt8] = [1, 2, 3]
    ) -> RequestEnvelope {
        RequestEnvelope(subject: subject, key: key, budget: budget, clientID: nil, traceparent: nil, payload: payload)
    }
}

extension ContinuousClock.Instant {
    /// Some instant: the cores have no clock, so any will do.
    static let start = ContinuousClock.now
}

extension UUID {
    static let zeroForTests = UUID(bytes: [UInt8](repeating: 0, count: 16))
}
