import Contracts

extension ConversationState {
    /// What the headers of its events say.
    var context: EventContext {
        EventContext(
            channel: channel, accountID: accountID, sector: EventContext.sector(metadata["sector"]?.string), teamID: teamID,
            agentID: agent?.id)
    }
}
