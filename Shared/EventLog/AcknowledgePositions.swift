import Bus
import Contracts
import Foundation

/// A consumer tells a stream's service how far it has come. Serves trimming only; losing it costs disk, never an event.
package struct AcknowledgePositions: Codable, Sendable, Equatable {
    package static let subject: Subject = "log.acknowledge"

    package struct Position: Codable, Sendable, Equatable {
        package let partition: Int
        package let epoch: UUID?
        package let sequence: Int64
    }

    package let consumer: ServiceName
    package let positions: [Position]
}
