import Contracts
import Foundation

/// See ``TurnQuestion``.
package enum TurnAnswer: Sendable {
    case items([WorkItem])
    /// nil: there is none.
    case offer(KnownOffer?)
    case assignment(Assignment?)
    case timers([QueueTimer])
    case connections([AgentID: Date])
    case team(Team?)
    case teams([Team])
    case teamIDs([TeamID])
    case members([TeamMember])
    case teamAssignments([TeamAssignment])
    case agents(Set<AgentID>)
    case answering([TeamAnswering])
    case count(Int)
}
