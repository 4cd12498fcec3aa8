import Contracts
import Foundation

/// A conversation as the router knows it. Chat says whether it needs somebody; the router says who has it.
package struct WorkItem: Sendable, Equatable {
    package enum Status: String, Sendable {
        case waiting
        /// Somebody is asked to take it; their room is kept. For chat and the customer it waits.
        case offered
        case assigned
        /// Pending or resolved: nobody holds it, nobody need come.
        case released
        case closed
    }

    /// Whom it is offered to.
    package struct OpenOffer: Sendable, Equatable {
        package let id: EntityID
        package let agentID: AgentID
        package let expiresAt: Date
    }

    package let conversationID: ConversationID
    package let customerID: CustomerID
    /// A conversation stays on the channel on which it began.
    package let channel: Channel
    package var sector: String
    /// 0 to 10.
    package var priority: Int
    package var weight: Int
    package var status: Status
    package var waitingSince: Date
    package var preferredAgentID: AgentID?
    /// Put it back into the queue last, and does not get it again until somebody else had it.
    package var returnedByAgentID: AgentID?
    package var agentID: AgentID?
    package var assignmentID: EntityID?
    /// Counts the assignment changes said about it, from 1.
    package var assignmentNumber: Int64
    /// Chat's sequence of the last status heard.
    package var statusSequence: Int64
    /// The team that is to answer it.
    package var teamID: TeamID?
    /// Somebody transferred it to a team: its team and sector are no longer what chat says.
    package var wasMoved = false
    package var requiredCapabilities: [AgentCapability] = []
    package var offer: OpenOffer?
    /// Did not take it while it waited, and are not asked again until ``declinedUntil``.
    package var declinedBy: [AgentID] = []
    package var declinedUntil: Date?

    package init(_ event: ConversationWaiting, at occurredAt: Date) {
        conversationID = event.sessionID
        customerID = event.customerID
        channel = event.channel
        sector = Sector.of(event)
        priority = Self.clamped(event.priority)
        weight = RoutingSettings.standard.weight(of: event.channel)
        status = .waiting
        waitingSince = occurredAt
        preferredAgentID = event.preferredAgentID
        assignmentNumber = event.assignmentNumber
        statusSequence = event.statusSequence
        teamID = event.teamID
        requiredCapabilities = Self.capabilities(of: event)
    }

    package init(
        conversationID: ConversationID, customerID: CustomerID, channel: Channel, sector: String, priority: Int, weight: Int,
        status: Status, waitingSince: Date, preferredAgentID: AgentID?, returnedByAgentID: AgentID?, agentID: AgentID?,
        assignmentID: EntityID?, assignmentNumber: Int64, statusSequence: Int64, teamID: TeamID? = nil
    ) {
        self.conversationID = conversationID
        self.customerID = customerID
        self.channel = channel
        self.sector = sector
        self.priority = priority
        self.weight = weight
        self.status = status
        self.waitingSince = waitingSince
        self.preferredAgentID = preferredAgentID
        self.returnedByAgentID = returnedByAgentID
        self.agentID = agentID
        self.assignmentID = assignmentID
        self.assignmentNumber = assignmentNumber
        self.statusSequence = statusSequence
        self.teamID = teamID
    }

    /// Required capabilities kept of an event; whoever asks for more asks for nobody.
    static let capabilitiesMax = 20

    private static func capabilities(of event: ConversationWaiting) -> [AgentCapability] {
        Array((event.requiredCapabilities ?? []).prefix(capabilitiesMax))
    }

    /// It is in the queue, whether or not somebody is being asked.
    package var isQueued: Bool { status == .waiting || status == .offered }

    /// What is asked for at this moment: less and less while it waits.
    package func work(at date: Date, _ settings: RoutingSettings = .standard) -> RoutingWork {
        let waited = date.timeIntervalSince(waitingSince)
        let step = settings.relaxation.last { waited >= Double($0.afterSeconds) }
        return RoutingWork(
            sector: sector, channel: channel, weight: weight, requiredCapabilities: requiredCapabilities,
            lackingMax: step?.lackingMax ?? 0, levelsBelowMax: step?.levelsBelowMax ?? 0,
            fallsBack: !requiredCapabilities.isEmpty && settings.fallsBack(after: waited),
            preferredAgentID: preferredAgentID,
            // Nothing is kept without a time set, also where chat's clock is ahead of ours.
            keepsForPreferred: settings.preferredWaitSeconds > 0 && waited < Double(settings.preferredWaitSeconds),
            returnedByAgentID: returnedByAgentID,
            declinedBy: declinedUntil.map { $0 > date } ?? false ? Set(declinedBy) : [], teamID: teamID, topic: topic)
    }

    /// When time alone changes what is to be done with it: an offer ends, less is asked for, the preferred agent has been waited
    /// for long enough, those who declined are asked again.
    package func wakesAt(after date: Date, _ settings: RoutingSettings) -> Date? {
        switch status {
        case .offered: return offer?.expiresAt
        case .waiting:
            var seconds: [Int] = []
            if !requiredCapabilities.isEmpty {
                seconds += settings.relaxation.map(\.afterSeconds) + [settings.priorityFallbackSeconds].compactMap(\.self)
            }
            if preferredAgentID != nil { seconds.append(settings.preferredWaitSeconds) }
            var dates = seconds.map { waitingSince.addingTimeInterval(Double($0)) }
            if !declinedBy.isEmpty, let declinedUntil { dates.append(declinedUntil) }
            return dates.filter { $0 > date }.min()
        default: return nil
        }
    }

    /// Whether it may have had a time to wake, whatever the settings were.
    package var mayWake: Bool {
        status == .offered || status == .waiting && !(requiredCapabilities.isEmpty && preferredAgentID == nil && declinedBy.isEmpty)
    }

    package var topic: String { RoutingTopic.of(channel, in: sector) }

    /// What hearing of the conversation changed.
    package enum Change: Sendable, Equatable {
        /// Late, repeated, or overtaken by an assignment that chat has yet to apply.
        case nothing
        /// Only what it is, not where it stands.
        case details
        /// It waits now.
        case queued
        /// Nobody need come any more. Whoever held it has room again.
        case released
    }

    /// Chat says that it needs somebody.
    package mutating func hear(_ event: ConversationWaiting, at occurredAt: Date) -> Change {
        guard status != .closed, event.statusSequence >= statusSequence else { return .nothing }
        if event.statusSequence == statusSequence {
            // The same waiting, said again because its priority changed; or a repeat.
            guard isQueued, event.assignmentNumber >= assignmentNumber, priority != Self.clamped(event.priority) else {
                return .nothing
            }
            priority = Self.clamped(event.priority)
            return .details
        }
        statusSequence = event.statusSequence
        // An assignment change that chat had not applied yet when it said this stands: chat will apply it.
        // Where nobody holds it and it does not wait, there is nothing to stand.
        guard status == .released || event.assignmentNumber >= assignmentNumber else { return .details }
        assignmentNumber = max(assignmentNumber, event.assignmentNumber)
        priority = Self.clamped(event.priority)
        if isQueued { return .details }  // keeps its place
        if !wasMoved {
            sector = Sector.of(event)
            teamID = event.teamID ?? teamID
        }
        requiredCapabilities = Self.capabilities(of: event)
        declinedBy = []
        declinedUntil = nil
        status = .waiting
        waitingSince = occurredAt
        preferredAgentID = event.preferredAgentID
        returnedByAgentID = nil
        return .queued
    }

    /// Chat says that the status changed; only those that free an agent matter here.
    /// - Parameter sequence: the conversation's sequence of the change.
    package mutating func hear(_ event: ConversationStatusChanged, sequence: Int64) -> Change {
        guard status != .closed else { return .nothing }
        switch event.status {
        case .closed:
            statusSequence = max(statusSequence, sequence)
            status = .closed
            return .released
        case .pending, .resolved:
            guard sequence > statusSequence else { return .nothing }
            statusSequence = sequence
            guard event.assignmentNumber >= assignmentNumber else { return .details }
            assignmentNumber = event.assignmentNumber
            let before = status
            status = .released
            return before == .released ? .details : .released
        default:
            return .nothing  // waiting is said by ConversationWaiting, assigned was said by us
        }
    }

    private static func clamped(_ priority: Int) -> Int { min(max(priority, 0), 10) }
}

/// The queue's order. Contracts §7.
extension WorkItem: Comparable {
    package static func < (left: WorkItem, right: WorkItem) -> Bool {
        if left.priority != right.priority { return left.priority > right.priority }
        if left.waitingSince != right.waitingSince { return left.waitingSince < right.waitingSince }
        return left.conversationID < right.conversationID
    }
}
