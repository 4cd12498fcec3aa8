import Contracts
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Runs simulations in the background, one of a tenant at a time and few in all, so that routing keeps the processor.
/// One that its process does not survive is said to have failed.
package final class SimulationRunner: Service {
    /// At once in this process.
    static let runningMax = 2
    /// Decisions of a period: some hundred megabytes and some minutes.
    static let decisionsMax = 100_000
    /// Times closer than this are the same: they are found by subtracting doubles.
    private static let sameSeconds = 0.001
    /// Occurrences between two reports of progress.
    private static let step = 500

    let simulations: SimulationRepository
    private let logger: Logger
    private let running = Mutex(0)
    private let requests: AsyncStream<SimulateRouting>
    private let sink: AsyncStream<SimulateRouting>.Continuation

    init(simulations: SimulationRepository, logger: Logger) {
        self.simulations = simulations
        self.logger = logger
        // Never more than ``runningMax``.
        (requests, sink) = AsyncStream.makeStream()
    }

    /// - Returns: false if this process has enough to do.
    func start(_ request: SimulateRouting) -> Bool {
        let hasRoom = running.withLock { running in
            guard running < Self.runningMax else { return false }
            running += 1
            return true
        }
        if hasRoom { sink.yield(request) }
        return hasRoom
    }

    package func run() async throws {
        await withDiscardingTaskGroup { group in
            for await request in requests.cancelOnGracefulShutdown() {
                group.addTask {
                    await self.run(request)
                    self.running.withLock { $0 -= 1 }
                }
            }
            group.cancelAll()
        }
    }

    /// Ends with a result, or says that it failed.
    package func run(_ request: SimulateRouting) async {
        let tenant = request.principal.clientID
        do {
            try await simulations.finish(request.id, of: tenant, try await simulate(request))
        } catch {
            logger.warning("a simulation failed", metadata: ["client_id": "\(tenant)", "id": "\(request.id)", "error": "\(error)"])
            // If this cannot be written either, its lease ends and says the same.
            try? await simulations.fail(request.id, of: tenant, "it could not be finished")
        }
    }

    private func simulate(_ request: SimulateRouting) async throws -> SimulationResult {
        var past: [PastWork] = []
        var seen: [SeenAgent] = []
        var known: [AgentID: SeenAgent] = [:]
        /// What waits, since the router first looked at it.
        var entered: [ConversationID: Date] = [:]
        var groups: Set<[AgentID]> = []
        var last: (at: Date, id: DecisionID)?
        // Reading is half of the way, by time.
        let span = max(request.to.timeIntervalSince(request.from), 1)
        while true {
            let page = try await simulations.page(request, after: last)
            for (decision, startedAt, endedAt) in page {
                let arrivedAt = decision.at.addingTimeInterval(-(decision.work["waiting_seconds"]?.double ?? 0))
                // What began to wait anew since was closed meanwhile.
                let since = entered[decision.sessionID].flatMap { arrivedAt.timeIntervalSince($0) < Self.sameSeconds ? $0 : nil }
                let enteredAt = since ?? decision.at
                entered[decision.sessionID] = decision.chosenAgentID == nil ? enteredAt : nil
                for candidate in try decision.candidates.map({ try Candidate($0) }) {
                    let agent = SeenAgent(at: decision.at, candidate: candidate)
                    if let before = known[candidate.id], !agent.differs(from: before) { continue }
                    known[candidate.id] = agent
                    seen.append(agent)
                }
                // Most decisions look at the same agents: one list for all of them.
                let ids = decision.candidates.map(\.agentID).sorted()
                let asked = groups.insert(ids).memberAfterInsert
                if let startedAt, let agent = decision.chosenAgentID,
                    let work = try PastWork(
                        decision, agent: agent, enteredAt: enteredAt, from: startedAt, to: endedAt ?? request.to, asked: asked,
                        end: request.to)
                {
                    past.append(work)
                }
            }
            guard page.count == SimulationRepository.pageSize, let decision = page.last?.decision else { break }
            last = (decision.at, decision.id)
            try await report(0.5 * decision.at.timeIntervalSince(request.from) / span, of: request)
        }
        past.sort { ($0.arrivedAt, $0.conversation) < ($1.arrivedAt, $1.conversation) }
        var simulation = PolicySimulation(settings: request.settings, past: past, seen: seen, to: request.to)
        while simulation.advance(Self.step) { try await report(0.5 + 0.5 * simulation.progress, of: request) }
        let actual = PolicySimulation.actual(past, to: request.to)
        return SimulationResult(
            actual: PolicySimulation.figures(actual, agents: known.count, from: request.from, to: request.to),
            draft: PolicySimulation.figures(simulation.placements, agents: known.count, from: request.from, to: request.to),
            differing: PolicySimulation.differing(actual, simulation.placements))
    }

    private func report(_ progress: Double, of request: SimulateRouting) async throws {
        try Task.checkCancellation()
        guard try await simulations.goesOn(request.id, of: request.principal.clientID, progress: min(max(progress, 0), 1)) else {
            throw CancellationError()
        }
        await Task.yield()
    }
}

extension PastWork {
    /// - Returns: nil if the decision lacks what the simulation needs.
    fileprivate init?(
        _ decision: Decision, agent: AgentID, enteredAt: Date, from startedAt: Date, to endedAt: Date, asked: [AgentID], end: Date
    ) throws {
        guard let channel = decision.work["channel"]?.string, let priority = decision.work["priority"]?.integer,
            let waited = decision.work["waiting_seconds"]?.double
        else { return nil }
        self.init(
            conversation: decision.sessionID, arrivedAt: decision.at.addingTimeInterval(-waited), enteredAt: enteredAt,
            startedAt: startedAt, endedAt: min(endedAt, end), agent: agent,
            isByHand: decision.outcome == RoutingVerdict.Outcome.manual.rawValue,
            channel: Channel(rawValue: channel), priority: Int(priority), work: try RoutingWork(inputs: decision.work), asked: asked)
    }
}
