/// Why a candidate cannot have this work now. The raw value is what decisions keep and clients read.
package enum RefusalReason: String, Sendable, CaseIterable {
    case inactive
    case wrongSector = "wrong_sector"
    /// Chose offline, or chose online and has had no socket for too long.
    case offline
    case away
    case busy
    case missingCapability = "missing_capability"
    /// Has just put this very conversation back into the queue.
    case returned
    /// The work's weight does not fit beside what the agent holds.
    case full
    /// Holds as much of the work's channel as it may.
    case channelFull = "channel_full"
    /// Was offered this very work while it waited, and did not take it.
    case declined
    /// The work is kept a while longer for its preferred agent, who is there but has no room.
    case keptForPreferred = "kept_for_preferred"
}
