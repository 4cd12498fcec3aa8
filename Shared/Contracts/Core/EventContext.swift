/// Where a conversation stood when an event of it was said: what whoever counts, alerts or forwards sorts by, without asking back.
/// Travels in the event's header, not in what clients read. Source: contracts.md §6.
///
/// Members are added, never changed: whoever does not know one ignores it, and what an older service said lacks some or all.
package struct EventContext: Codable, Sendable, Equatable {
    package let channel: Channel
    /// The company's account on the channel: a number, a mailbox, a page. nil for the website.
    package let accountID: AccountID?
    package let sector: String?
    package let teamID: TeamID?
    /// Who holds the conversation.
    package let agentID: AgentID?

    package init(channel: Channel, accountID: AccountID? = nil, sector: String? = nil, teamID: TeamID? = nil, agentID: AgentID? = nil) {
        self.channel = channel
        self.accountID = accountID
        self.sector = sector
        self.teamID = teamID
        self.agentID = agentID
    }

    /// The sector of what was asked for, which may be anything that a page or a program wrote: what is no name of one is none.
    package static func sector(_ asked: String?) -> String {
        guard let asked, TextRule.label.problem(of: asked) == nil else { return SectorName.general }
        return asked
    }

    private enum CodingKeys: String, CodingKey {
        case channel, sector
        case accountID = "account_id"
        case teamID = "team_id"
        case agentID = "agent_id"
    }
}

/// Once for every event of a conversation: written without an encoder, as messages are.
extension EventContext: DirectlyWritten {
    package func write(to json: inout JSONText) {
        json.raw("{\"channel\":")
        json.string(channel.rawValue)
        if let accountID {
            json.raw(",\"account_id\":")
            json.id(accountID)
        }
        if let sector {
            json.raw(",\"sector\":")
            json.string(sector)
        }
        if let teamID {
            json.raw(",\"team_id\":")
            json.id(teamID)
        }
        if let agentID {
            json.raw(",\"agent_id\":")
            json.id(agentID)
        }
        json.raw("}")
    }
}
