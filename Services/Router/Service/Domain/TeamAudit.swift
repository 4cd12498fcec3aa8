import Contracts
import Foundation

/// Who changed what of a team.
package struct TeamAudit: Sendable {
    /// `team_created`, `team_changed`, `team_deleted`, `member_added`, `member_changed`, `member_removed`, `agent_assigned` or
    /// `assignment_ended`.
    let action: String
    /// What was changed: the team itself, a member or an assignment.
    let subject: UUID
    let team: TeamID
    let actor: Author
    let before: JSONValue?
    let after: JSONValue?
    let at: Date
}
