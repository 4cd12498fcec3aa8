import Bus
import Contracts
import Foundation

/// By the person's name, each with the agents that work for the member.
struct ListTeamMembersHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListTeamMembers, context: RequestContext) async throws -> NumberedPage<TeamMember> {
        let part = try request.page.part { cursor in
            cursor.text().flatMap { name in cursor.id().map { (name: name, id: $0 as TeamMemberID) } }
        }
        let slice = try await reader.teams(of: request.principal.clientID) { teams in
            guard try teams.find(request.teamID) != nil else { throw RoutingError.teamNotFound(id: request.teamID) }
            return try teams.members(of: request.teamID, part)
        }
        return request.page.page(slice) { ListCursor.text(.text($0.user.name), .id($0.id.uuid)) }
    }
}
