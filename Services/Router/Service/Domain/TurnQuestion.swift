import Contracts

/// What a turn may have to know besides its basis.
package enum TurnQuestion: Sendable, Hashable {
    /// Answered with ``TurnAnswer/items(_:)``.
    case items(ItemSelection)
    /// Answered with ``TurnAnswer/items(_:)`` in the queue's order.
    case page(QueuePage)
    /// Answered with ``TurnAnswer/offer(_:)``.
    case offer(EntityID, to: AgentID)
    /// The assignment that holds the conversation now. Answered with ``TurnAnswer/assignment(_:)``.
    case standingAssignment(ConversationID)
    /// At most so many that are due, earliest first. Answered with ``TurnAnswer/timers(_:)``.
    case dueTimers(max: Int)
    /// Until when each of these agents is connected. Answered with ``TurnAnswer/connections(_:)``.
    case connections([AgentID])

    /// Answered with ``TurnAnswer/team(_:)``.
    case team(TeamID)
    /// Whatever the name's case. Answered with ``TurnAnswer/teamIDs(_:)``.
    case teamsNamed(String)
    /// How many there are. Answered with ``TurnAnswer/count(_:)``.
    case teamCount
    /// Answered with ``TurnAnswer/teams(_:)``.
    case teamsFallingBack(to: TeamID)
    /// The team and those that follow as fallbacks, at most ``TeamAnswering/fallbacksMax`` of them. Answered with ``TurnAnswer/teamIDs(_:)``.
    case fallbacks(from: TeamID)
    /// The teams among these, those that these agents work for, and all that fall back to one of them. Answered with
    /// ``TurnAnswer/teamIDs(_:)``.
    case teamsAsking([AgentID], through: [TeamID])
    /// Who answers for the team and for its fallbacks, nearest first. Answered with ``TurnAnswer/answering(_:)``.
    case answering(TeamID)
    /// Answered with ``TurnAnswer/members(_:)``: one or none.
    case member(TeamMemberID)
    /// Answered with ``TurnAnswer/members(_:)``.
    case members(of: TeamID)
    /// Whether the person is in the team. Answered with ``TurnAnswer/count(_:)``.
    case memberships(UserID, in: TeamID)
    /// Answered with ``TurnAnswer/teamAssignments(_:)``: one or none.
    case teamAssignment(TeamAssignmentID)
    /// Answered with ``TurnAnswer/teamAssignments(_:)``.
    case assignments(of: TeamID)
    /// In whatever teams. Answered with ``TurnAnswer/teamAssignments(_:)``.
    case assignmentsOfAgent(AgentID)
    /// Those of these agents that work for some team otherwise than through this member. Answered with ``TurnAnswer/agents(_:)``.
    case workingElsewhere([AgentID], besides: TeamMemberID)

    /// Whether a change of teams changes the answer.
    var isOfTeams: Bool {
        switch self {
        case .items, .page, .offer, .standingAssignment, .dueTimers, .connections: false
        default: true
        }
    }
}
