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
        let work = RoutingWork(
            sector: request.sector ?? Sector.general, weight: ChannelWeight.of(request.channel),
            requiredCapabilities: request.requiredCapabilities, preferredAgentID: request.preferredAgentID)
        let all = try await reader.candidates(of: request.principal.clientID)
        let snapshot = RoutingSnapshot(all.filter { $0.sector == work.sector || $0.id == work.preferredAgentID })
        let verdict = RoutingPolicy().decide(snapshot, work)
        let chosen = verdict.chosen.flatMap(snapshot.candidate)
        return SelectedAgent(
            agent: chosen.map { AgentSummary(id: $0.id, name: $0.name) }, candidates: verdict.candidates,
            refusalCounts: verdict.refusalCounts)
    }
}
