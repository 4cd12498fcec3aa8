import Contracts
import Foundation

/// One change of the tenant's teams, in the order in which they are made.
package enum RosterChange: Sendable {
    case save(Team, at: Date)
    /// With its members and their assignments. What waits for it waits for its sector; teams that fell back to it fall back to none.
    case delete(TeamID, at: Date)
    case saveMember(TeamMember)
    /// With its assignments.
    case deleteMember(TeamMemberID)
    case saveAssignment(TeamAssignment)
    case deleteAssignment(TeamAssignmentID)
    /// The agent is gone from routing, so from every team.
    case deleteAssignments(of: AgentID)
    case audit([TeamAudit])
}
