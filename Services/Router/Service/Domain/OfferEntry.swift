import Contracts
import Foundation

/// One offer, as it begins.
package struct OfferEntry: Sendable, Equatable {
    package let id: EntityID
    package let conversation: ConversationID
    package let agent: AgentID
    package let weight: Int
    package let decision: DecisionID
    package let offeredAt: Date
    package let expiresAt: Date

    package struct End: Sendable, Equatable {
        package let id: EntityID
        package let state: OfferState
        package let at: Date
        package let note: String?
    }
}
