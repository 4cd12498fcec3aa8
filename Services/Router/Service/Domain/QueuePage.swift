import Contracts
import Foundation

/// A part of a sector's queue.
package struct QueuePage: Sendable, Hashable {
    package let sector: String
    /// Behind this place; nil: from the head.
    package let after: QueuePosition?
    package let except: [ConversationID]
    /// What waits for these teams is left out.
    package let notFor: Set<TeamID>
    package let size: Int
}
