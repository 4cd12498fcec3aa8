import Bus
import Contracts
import Foundation

/// By the person's name, each with the agents that work for the member.
struct ListTeamMembersHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListTeamMembers, context: RequestContext) async throws -> NumberedPage<TeamMember> {
        try request.principal.mustBe(in: Role.reading, context)
        let part = try request.page.part(fields: 2) { fields in TeamMemberID(fields[1]).map { (name: fields[0], id: $0) } }
        let slice = try await reader.teams(of: request.principal.clientID) { teams in
            guard try teams.find(request.teamID) != nil else { throw RoutingError.teamNotFound(id: request.teamID) }
            return try teams.members(of: request.teamID, part)
        }
        return request.page.page(slice) { [$0.user.name, $0.id.description] }
    }
}
