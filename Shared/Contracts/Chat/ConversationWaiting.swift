/// A conversation needs somebody: it was just opened, or it came back.
/// - Said by: chat. Heard by: router, which queues it and claims an agent.
/// - Queue order: priority descending, then the header's `occurredAt` (chat's commit time), then the conversation's id.
package struct ConversationWaiting: Event, Equatable {
    package static let subject: Subject = "chat.conversation-waiting"
    package static let version: UInt16 = 1
    package static let audience = Audience.internal
    package let sessionID: ConversationID
    package let customerID: CustomerID
    package let channel: Channel
    package let priority: Int
    package let sector: String?
    /// The last agent, asked first if present.
    package let preferredAgentID: AgentID?
    /// The conversation's sequence when it began to wait; an older one is a late repeat.
    package let statusSequence: Int64
    /// Of the assignment change chat had applied last. If the router has assigned it since, that assignment stands.
    package let assignmentNumber: Int64
    /// The team that is to answer it; left out where there is none, as before there were teams.
    package let teamID: TeamID?
    /// What whoever answers must be able to do, and how well; left out where nothing is asked for.
    package let requiredCapabilities: [AgentCapability]?

    package init(
        sessionID: ConversationID, customerID: CustomerID, channel: Channel, priority: Int, sector: String? = nil,
        preferredAgentID: AgentID? = nil, statusSequence: Int64, assignmentNumber: Int64, teamID: TeamID? = nil,
        requiredCapabilities: [AgentCapability]? = nil
    ) {
        self.sessionID = sessionID
        self.customerID = customerID
        self.channel = channel
        self.priority = priority
        self.sector = sector
        self.preferredAgentID = preferredAgentID
        self.statusSequence = statusSequence
        self.assignmentNumber = assignmentNumber
        self.teamID = teamID
        self.requiredCapabilities = requiredCapabilities
    }

    private enum CodingKeys: String, CodingKey {
        case channel, priority, sector
        case sessionID = "session_id"
        case customerID = "customer_id"
        case preferredAgentID = "preferred_agent_id"
        case statusSequence = "status_sequence"
        case assignmentNumber = "assignment_number"
        case teamID = "team_id"
        case requiredCapabilities = "required_capabilities"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sessionID, forKey: .sessionID)
        try container.encode(customerID, forKey: .customerID)
        try container.encode(channel, forKey: .channel)
        try container.encode(priority, forKey: .priority)
        try container.encode(sector, forKey: .sector)
        try container.encode(preferredAgentID, forKey: .preferredAgentID)
        try container.encode(statusSequence, forKey: .statusSequence)
        try container.encode(assignmentNumber, forKey: .assignmentNumber)
        try container.encodeIfPresent(teamID, forKey: .teamID)
        try container.encodeIfPresent(requiredCapabilities, forKey: .requiredCapabilities)
    }
}
