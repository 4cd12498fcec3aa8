import Contracts

extension WorkItem {
    /// What the headers of events about it say. The account is chat's to know.
    var context: EventContext {
        EventContext(channel: channel, sector: EventContext.sector(sector), teamID: teamID, agentID: agentID)
    }
}
