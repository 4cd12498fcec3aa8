import Contracts

/// What is to be routed, as the policy sees it.
package struct RoutingWork: Sendable, Hashable {
    package let sector: String
    /// nil: no channel's own limit is asked after.
    package let channel: Channel?
    /// How much of an agent's capacity it takes; see ``RoutingSettings/weight(of:)``.
    package let weight: Int
    /// Each counts once, with the highest level that was named.
    package let requiredCapabilities: [AgentCapability]
    /// How many of the required capabilities an agent may lack. 0 until relaxation raises it.
    package let lackingMax: Int
    /// How many levels below what is required still match. 0 until relaxation raises it.
    package let levelsBelowMax: Int
    /// It has waited for these capabilities long enough: whoever has room may have it, the highest priority first.
    package let fallsBack: Bool
    /// Asked first, before anybody is scored.
    package let preferredAgentID: AgentID?
    /// Nobody else gets it while the preferred agent is there but has no room.
    package let keepsForPreferred: Bool
    /// Has just put this work back, so it does not get it again.
    package let returnedByAgentID: AgentID?
    /// Were offered it and did not take it.
    package let declinedBy: Set<AgentID>
    /// Only this team's agents are asked, as long as it has any.
    package let teamID: TeamID?
    /// What agents' outcomes are counted by; see ``RoutingTopic``.
    package let topic: String?

    package init(
        sector: String, channel: Channel? = nil, weight: Int = 1, requiredCapabilities: [AgentCapability] = [], lackingMax: Int = 0,
        levelsBelowMax: Int = 0, fallsBack: Bool = false, preferredAgentID: AgentID? = nil, keepsForPreferred: Bool = false,
        returnedByAgentID: AgentID? = nil,
        declinedBy: Set<AgentID> = [], teamID: TeamID? = nil, topic: String? = nil
    ) {
        self.sector = sector
        self.channel = channel
        self.weight = weight
        self.requiredCapabilities = requiredCapabilities.reduce(into: []) { kept, one in
            if let index = kept.firstIndex(where: { $0.name == one.name }) {
                if kept[index].level < one.level { kept[index] = one }
            } else {
                kept.append(one)
            }
        }
        self.lackingMax = lackingMax
        self.levelsBelowMax = levelsBelowMax
        self.fallsBack = fallsBack
        self.preferredAgentID = preferredAgentID
        self.keepsForPreferred = keepsForPreferred
        self.returnedByAgentID = returnedByAgentID
        self.declinedBy = declinedBy
        self.teamID = teamID
        self.topic = topic
    }
}

package enum Sector {
    /// Where work and agents belong that name no sector.
    package static let general = "general"
    /// Why it is refused where somebody names it.
    package static let unknown = "is none of the company's sectors"

    /// What the conversation asks for; anything that cannot be a sector's name is nobody's, so everybody's.
    static func of(_ event: ConversationWaiting) -> String {
        guard let sector = event.sector, isName(sector) else { return general }
        return sector
    }

    package static func isName(_ text: String) -> Bool { TextRule.label.problem(of: text) == nil }

    /// - Throws: ``RoutingError/fieldInvalid(field:detail:)`` if it cannot be a sector's name; nil is none.
    static func check(_ text: String?) throws(RoutingError) { try TextRule.label.check(text, "sector") }
}

extension TextRule {
    /// - Throws: ``RoutingError/fieldInvalid(field:detail:)``; nil may be.
    func check(_ text: String?, _ field: String) throws(RoutingError) {
        if let text, let problem = problem(of: text) { throw .fieldInvalid(field: field, detail: problem.detail) }
    }
}
