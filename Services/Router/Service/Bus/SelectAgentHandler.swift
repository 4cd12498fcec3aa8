import Bus
import Contracts

/// Who would get it now. Claims nothing and keeps nothing.
struct SelectAgentHandler: RequestHandler {
    /// Required capabilities that a request may name.
    static let capabilitiesMax = 100

    let reader: RoutingReader

    func answer(_ request: SelectAgent, context: RequestContext) async throws -> SelectedAgent {
        try request.principal.mustBe(in: Role.reading, context)
        guard request.requiredCapabilities.count <= Self.capabilitiesMax else {
            throw RoutingError.fieldInvalid(field: "required_capabilities", detail: "are more than \(Self.capabilitiesMax)")
        }
        guard request.sector.map(Sector.isName) ?? true else {
            throw RoutingError.fieldInvalid(field: "sector", detail: "needs 1 to \(Sector.lengthMax) characters")
        }
        let tenant = request.principal.clientID
        var team: (sector: String, agents: Set<AgentID>)?
        if let id = request.teamID {
            team = try await reader.teams(of: tenant) { teams in
                guard let found = try teams.find(id) else {
                    throw RoutingError.referenceNotFound(field: "team_id", id: EntityID(id.uuid))
                }
                return (found.sector, try teams.agentsAnswering(for: id))
            }
        }
        let ofTeam = team?.agents ?? []
        let work = RoutingWork(
            sector: team?.sector ?? request.sector ?? Sector.general, weight: ChannelWeight.of(request.channel),
            requiredCapabilities: request.requiredCapabilities, preferredAgentID: request.preferredAgentID,
            teamID: request.teamID)
        let all = try await reader.candidates(of: tenant)
        let snapshot = RoutingSnapshot(
            all.filter { (ofTeam.isEmpty ? $0.sector == work.sector : ofTeam.contains($0.id)) || $0.id == work.preferredAgentID })
        let verdict = RoutingPolicy().decide(snapshot, work)
        let chosen = verdict.chosen.flatMap(snapshot.candidate)
        return SelectedAgent(
            agent: chosen.map { AgentSummary(id: $0.id, name: $0.name) }, candidates: verdict.candidates,
            refusalCounts: verdict.refusalCounts)
    }
}
