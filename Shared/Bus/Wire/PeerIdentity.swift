import Contracts
import Foundation

/// Who is at the other end of a link, in its own words.
package struct PeerIdentity: Sendable, Equatable {
    package let service: ServiceName
    package let replica: Int
    /// New with each start of the process: another one at the same address means that what was in flight is gone.
    package let instance: UUID
    /// Takes requests. A process that only asks is never ready; one that shuts down is not ready any more.
    package let isReady: Bool
    package let isDraining: Bool

    package init(service: ServiceName, replica: Int, instance: UUID, isReady: Bool, isDraining: Bool) {
        self.service = service
        self.replica = replica
        self.instance = instance
        self.isReady = isReady
        self.isDraining = isDraining
    }
}
