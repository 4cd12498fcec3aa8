import Bus
import Contracts

/// Who would get it now. Claims nothing and keeps nothing.
struct SelectAgentHandler: RequestHandler {
    /// Required capabilities that a request may name.
    static let capabilitiesMax = 100

    let reader: RoutingReader

    func answer(_ request: SelectAgent, context: RequestContext) async throws -> SelectedAgent {
        guard request.requiredCapabilities.count <= Self.capabilitiesMax else {
            throw RoutingError.fieldInvalid(field: "required_capabilities", detail: "are more than \(Self.capabilitiesMax)")
        }
        guard request.requiredCapabilities.allSatisfy({ (1...5).contains($0.level) }) else {
            throw RoutingError.fieldInvalid(field: "required_capabilities", detail: "have a level outside 1 to 5")
        }
        for (index, capability) in request.requiredCapabilities.enumerated() {
            try TextRule.label.check(capability.name, "required_capabilities[\(index)].name")
        }
        try Sector.check(request.sector)
        let tenant = request.principal.clientID
        if let sector = request.sector, try await !reader.knows(sector: sector, of: tenant) {
            throw RoutingError.fieldInvalid(field: "sector", detail: Sector.unknown)
        }
        var team: (sector: String, agents: Set<AgentID>)?
        if let id = request.teamID {
            team = try await reader.teams(of: tenant) { teams in
                guard let found = try teams.find(id) else {
                    throw RoutingError.referenceNotFound(field: "team_id", id: EntityID(id.uuid))
                }
                let answering = try teams.answering(for: id).filter(\.answers).map(\.agent)
                return (found.sector, answering.nearest { _ in true })
            }
        }
        let ofTeam = team?.agents ?? []
        let work = RoutingWork(
            sector: team?.sector ?? request.sector ?? Sector.general, channel: request.channel,
            weight: RoutingSettings.standard.weight(of: request.channel),
            requiredCapabilities: request.requiredCapabilities,
            preferredAgentID: request.preferredAgentID, teamID: request.teamID,
            topic: RoutingTopic.of(request.channel, in: team?.sector ?? request.sector ?? Sector.general))
        let settings = try await reader.policy(of: tenant).settings
        let all = try await reader.candidates(of: tenant, learning: settings.learns)
        let snapshot = RoutingSnapshot(
            all.filter { (ofTeam.isEmpty ? $0.sector == work.sector : ofTeam.contains($0.id)) || $0.id == work.preferredAgentID })
        let verdict = RoutingPolicy(settings: settings).decide(snapshot, work)
        let chosen = verdict.chosen.flatMap(snapshot.candidate)
        return SelectedAgent(
            agent: chosen.map { AgentSummary(id: $0.id, name: $0.name) }, candidates: verdict.candidates,
            refusalCounts: verdict.refusalCounts)
    }
}
