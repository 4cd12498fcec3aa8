import Contracts

extension TeamController {
    static let operations: [Operation] = [
        Operation(
            "listTeams", "Teams", "List teams", query: [.text("sector", "Of this sector."), .limit, .cursor, .page, .pageSize],
            answers: [.init(200, "Teams.", NumberedPage<Team>.self)]),
        Operation(
            "createTeam", "Teams", "Add a team", takes: TeamController.NewTeam.self, answers: [.init(201, "Added.", Team.self)],
            refusals: [404, 409]),
        Operation(
            "changeTeams", "Teams", "Several changes at once", takes: TeamController.Changes.self,
            answers: [.init(200, "What became of each.", TeamController.Results.self)], refusals: [404, 409]),
        Operation(
            "suggestTeamMoves", "Teams", "Who would help more elsewhere", answers: [.init(200, "Suggestions.", TeamMoves.self)]),
        Operation(
            "getTeam", "Teams", "Get a team", answers: [.init(200, "The team.", Team.self)]),
        Operation(
            "changeTeam", "Teams", "Change a team", takes: TeamController.Change.self, answers: [.init(200, "Changed.", Team.self)],
            refusals: [409]),
        Operation(
            "deleteTeam", "Teams", "Delete a team", answers: [.init(204, "Gone, with members and assignments; its performance stays.")],
            refusals: [409]),
        Operation(
            "listTeamMembers", "Teams", "List a team's members", query: [.limit, .cursor, .page, .pageSize],
            answers: [.init(200, "Members.", NumberedPage<TeamMember>.self)]),
        Operation(
            "addTeamMember", "Teams", "Add a member", takes: TeamController.NewMember.self,
            answers: [.init(201, "Added.", TeamMember.self)], refusals: [409]),
        Operation(
            "changeTeamMember", "Teams", "Change a member", takes: TeamController.MemberChange.self,
            answers: [.init(200, "Changed.", TeamMember.self)], refusals: [409]),
        Operation(
            "removeTeamMember", "Teams", "Remove a member", answers: [.init(204, "Gone; its open work waits again.")], refusals: [409]),
        Operation(
            "assignTeamAgent", "Teams", "Assign an agent to a member", takes: TeamController.Assignment.self,
            answers: [.init(201, "Assigned.", TeamAssignment.self)], refusals: [409]),
        Operation(
            "endTeamAssignment", "Teams", "End an assignment", answers: [.init(204, "Gone.")], refusals: [409]),
        Operation(
            "listTeamPerformance", "Teams", "A team's days",
            query: [.day("from", "First day."), .day("to", "Last day."), .limit, .cursor, .page, .pageSize],
            answers: [.init(200, "Days, latest first.", NumberedPage<TeamPerformance>.self)]),
    ]
}
