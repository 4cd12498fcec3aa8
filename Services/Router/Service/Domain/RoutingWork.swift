import Contracts

/// What is to be routed, as the policy sees it.
package struct RoutingWork: Sendable, Hashable {
    package let sector: String
    /// How much of an agent's capacity it takes; see ``ChannelWeight``.
    package let weight: Int
    /// Each counts once, however often it was named.
    package let requiredCapabilities: [String]
    /// How many of the required capabilities an agent may lack. 0 until relaxation raises it.
    package let lackingMax: Int
    /// Asked first, before anybody is scored.
    package let preferredAgentID: AgentID?
    /// Has just put this work back, so it does not get it again.
    package let returnedByAgentID: AgentID?
    /// Only this team's agents are asked, as long as it has any.
    package let teamID: TeamID?

    package init(
        sector: String, weight: Int = 1, requiredCapabilities: [String] = [], lackingMax: Int = 0, preferredAgentID: AgentID? = nil,
        returnedByAgentID: AgentID? = nil, teamID: TeamID? = nil
    ) {
        self.sector = sector
        self.weight = weight
        var seen: Set<String> = []
        self.requiredCapabilities = requiredCapabilities.filter { seen.insert($0).inserted }
        self.lackingMax = lackingMax
        self.preferredAgentID = preferredAgentID
        self.returnedByAgentID = returnedByAgentID
        self.teamID = teamID
    }
}

/// How much of an agent's capacity a conversation of a channel takes.
package enum ChannelWeight {
    /// Every channel weighs the same until a tenant says otherwise.
    package static func of(_ channel: Channel) -> Int { 1 }
}

package enum Sector {
    /// Where work and agents belong that name no sector.
    package static let general = "general"
    /// Characters.
    package static let lengthMax = 100

    /// What the conversation asks for; anything that cannot be a sector's name is nobody's, so everybody's.
    static func of(_ event: ConversationWaiting) -> String {
        guard let sector = event.sector, isName(sector) else { return general }
        return sector
    }

    package static func isName(_ text: String) -> Bool { !text.isEmpty && text.count <= lengthMax && !text.utf8.contains(0) }
}
