import Bus
import Contracts
import Foundation

/// Looks at what teams hold, may hold, and what waits for them. Changes nothing.
struct SuggestTeamMovesHandler: RequestHandler {
    /// Members looked at; who has more looks at them sector by sector.
    static let membersMax = 10_000

    let reader: RoutingReader

    func answer(_ request: SuggestTeamMoves, context: RequestContext) async throws -> TeamMoves {
        let agents = try await reader.candidates(of: request.principal.clientID, learning: false)
        let standing = try await reader.teams(of: request.principal.clientID) { teams in
            let all = try teams.teams(of: nil, .numbered(page: 1, size: QueueTurn.teamsMax)).items
            return (all, try teams.everyMember(max: Self.membersMax), try teams.waitingWeights())
        }
        let rooms = Dictionary(uniqueKeysWithValues: agents.map { ($0.id, (capacity: $0.isActive ? $0.capacity : 0, load: $0.load)) })
        let members = Dictionary(grouping: standing.1.filter(\.active), by: \.teamID)
        return TeamMoves(
            items: TeamBalance.moves(
                standing.0.map { team in
                    TeamBalance.Side(
                        id: team.id, name: team.name, sector: team.sector, waiting: standing.2[team.id] ?? 0,
                        members: (members[team.id] ?? []).map { member in
                            let held = member.assignments.compactMap { rooms[$0.agent.id] }
                            return TeamBalance.Hand(
                                member: member, capacity: held.reduce(0) { $0 + $1.capacity }, load: held.reduce(0) { $0 + $1.load })
                        })
                }))
    }
}
