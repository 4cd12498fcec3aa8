import Contracts
import Foundation
import ServiceKit

/// A client that may open a socket: who it is, what it is for, and until when.
struct SocketGrant: Sendable {
    enum Purpose: Sendable, Equatable {
        /// One conversation, followed from this sequence on.
        case conversation(ConversationID, after: Int64)
        /// The company's whole inbox.
        case realtime
    }

    let caller: Caller
    /// The client's, against which a visitor's writing counts too.
    let address: String
    let purpose: Purpose
    let trace: TraceContext
    /// Seconds until the token ends.
    let lifetime: Double
    /// Left when the connection ends.
    let place: SocketPlaces.Place

    var principal: Principal { caller.principal }
    var isStaff: Bool { principal.role != .customer }
    /// The narrowest audience that includes this client.
    var audience: Audience { isStaff ? .agents : .everyone }
    /// Whether the client counts as an agent that is there.
    var isAgent: Bool { purpose == .realtime && [.administrator, .supervisor, .agent].contains(principal.role) }
}
