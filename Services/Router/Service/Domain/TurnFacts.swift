import Contracts
import Foundation

/// What a turn asked and was told.
struct TurnFacts: Sendable {
    private var answers: [TurnQuestion: TurnAnswer] = [:]

    mutating func learn(_ answer: TurnAnswer, to question: TurnQuestion) { answers[question] = answer }

    /// Teams change: what was said of them no longer holds.
    mutating func forgetTeams() { answers = answers.filter { !$0.key.isOfTeams } }

    /// - Throws: ``Unanswered``.
    func demand(_ question: TurnQuestion) throws { _ = try answer(to: question) }

    private func answer(to question: TurnQuestion) throws -> TurnAnswer {
        guard let answer = answers[question] else { throw Unanswered(question: question) }
        return answer
    }

    func page(_ page: QueuePage) throws -> [WorkItem] {
        guard case .items(let items) = try answer(to: .page(page)) else { throw RoutingTrouble.answeredOtherwise }
        return items
    }

    func offer(_ id: EntityID, to agent: AgentID) throws -> KnownOffer? {
        guard case .offer(let offer) = try answer(to: .offer(id, to: agent)) else { throw RoutingTrouble.answeredOtherwise }
        return offer
    }

    func standingAssignment(of conversation: ConversationID) throws -> Assignment? {
        guard case .assignment(let assignment) = try answer(to: .standingAssignment(conversation)) else {
            throw RoutingTrouble.answeredOtherwise
        }
        return assignment
    }

    func dueTimers(max: Int) throws -> [QueueTimer] {
        guard case .timers(let timers) = try answer(to: .dueTimers(max: max)) else { throw RoutingTrouble.answeredOtherwise }
        return timers
    }

    func team(_ id: TeamID) throws -> Team? {
        guard case .team(let team) = try answer(to: .team(id)) else { throw RoutingTrouble.answeredOtherwise }
        return team
    }

    func teams(fallingBackTo id: TeamID) throws -> [Team] {
        guard case .teams(let teams) = try answer(to: .teamsFallingBack(to: id)) else { throw RoutingTrouble.answeredOtherwise }
        return teams
    }

    func teamIDs(_ question: TurnQuestion) throws -> [TeamID] {
        guard case .teamIDs(let ids) = try answer(to: question) else { throw RoutingTrouble.answeredOtherwise }
        return ids
    }

    func count(_ question: TurnQuestion) throws -> Int {
        guard case .count(let count) = try answer(to: question) else { throw RoutingTrouble.answeredOtherwise }
        return count
    }

    func answering(_ team: TeamID) throws -> [TeamAnswering] {
        guard case .answering(let agents) = try answer(to: .answering(team)) else { throw RoutingTrouble.answeredOtherwise }
        return agents
    }

    func member(_ id: TeamMemberID) throws -> TeamMember? { try members(.member(id)).first }

    func members(of team: TeamID) throws -> [TeamMember] { try members(.members(of: team)) }

    private func members(_ question: TurnQuestion) throws -> [TeamMember] {
        guard case .members(let members) = try answer(to: question) else { throw RoutingTrouble.answeredOtherwise }
        return members
    }

    func teamAssignments(_ question: TurnQuestion) throws -> [TeamAssignment] {
        guard case .teamAssignments(let assignments) = try answer(to: question) else { throw RoutingTrouble.answeredOtherwise }
        return assignments
    }

    func workingElsewhere(_ agents: [AgentID], besides member: TeamMemberID) throws -> Set<AgentID> {
        guard case .agents(let agents) = try answer(to: .workingElsewhere(agents, besides: member)) else {
            throw RoutingTrouble.answeredOtherwise
        }
        return agents
    }
}
