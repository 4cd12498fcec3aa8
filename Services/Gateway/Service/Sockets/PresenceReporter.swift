import Bus
import Contracts
import Foundation
import Logging
import ServiceLifecycle

/// Tells router which agents have a live socket here, every 10 s and at once when that changes; and chat which visitors are there,
/// every minute and when one leaves. Nothing is lost if a report is: the next one says it again.
struct PresenceReporter: Service {
    /// Contracts §7.
    static let agentsEvery = Duration.seconds(10)
    /// Of six reports one may be lost before anybody counts as gone.
    static let visitorsEvery = Duration.seconds(60)
    /// Visitors or agents per report: far below a bus payload's 256 KiB.
    static let perReport = 1000

    let bus: any Bus
    let presence: SocketPresence
    let logger: Logger
    /// This process, for router.
    let gateway = EntityID.new()

    func run() async throws {
        let changes = presence.changes()
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await every(Self.agentsEvery) { if !presence.agents.isEmpty { await reportAgents() } } }
                group.addTask { await every(Self.visitorsEvery) { await report(presence.visitors) } }
                for await change in changes {
                    switch change {
                    case .agents: await reportAgents()
                    case .visitorLeft(let visitor): group.addTask { await report([visitor]) }
                    }
                }
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            presence.finish()
        }
    }

    private func every(_ interval: Duration, _ work: () async -> Void) async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: interval) } catch { return }
            await work()
        }
    }

    private func reportAgents() async {
        let agents = presence.agents
        for start in stride(from: 0, to: max(agents.count, 1), by: Self.perReport) {
            await tell(RenewAgentConnections(gateway: gateway, agents: Array(agents.dropFirst(start).prefix(Self.perReport))))
        }
    }

    private func report(_ visitors: [PresentVisitor]) async {
        for start in stride(from: 0, to: visitors.count, by: Self.perReport) {
            await tell(ReportPresentVisitors(visitors: Array(visitors[start..<min(start + Self.perReport, visitors.count)])))
        }
    }

    private func tell<Report: BusRequest>(_ report: Report) async {
        do {
            _ = try await bus.request(report, clientID: nil, budget: .seconds(2))
        } catch {
            logger.debug("a report was not taken", metadata: ["subject": "\(Report.subject)", "error": "\(error)"])
        }
    }
}
