import Bus
import Contracts
import EventLog
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle
import Storage

/// Owns agents, their capacity, the queue and every assignment. Every part is built here and passed by `init`.
package struct RouterService: Sendable {
    package static let migrations = Bundle.module.url(forResource: "Migrations", withExtension: nil)
    package static let keys: [SettingKey] = ServiceBackbone.keys(.router)

    /// How often it is looked for waiting work that somebody could have. Finds nothing; see ``QueueSweep``.
    private static let sweepPeriod = Duration.seconds(30)
    /// By how much the news that an agent lost its last socket may be late.
    private static let presencePeriod = Duration.seconds(5)
    /// By how much an offer, a relaxation or a grace may end late.
    private static let timerPeriod = Duration.seconds(1)
    /// How soon a broken ledger is seen. One statement over what is open.
    private static let ledgerPeriod = Duration.seconds(30)
    /// Partitions are made two months ahead.
    private static let partitionPeriod = Duration.seconds(24 * 60 * 60)

    package let sweep: QueueSweep
    package let presenceWatch: PresenceWatch
    package let timerWatch: TimerWatch
    package let ledgerWatch: LedgerWatch
    package let queuePlaces: QueuePlaceAnnouncer
    package let chatEvents: EventConsumer
    package let chatListener: ChatListener
    package let accountsListener: AccountsListener
    package let reader: RoutingReader
    package let simulations: SimulationRunner
    private let backbone: ServiceBackbone

    /// - Parameters:
    ///   - conditions: a test's own clock.
    ///   - views: a test's own, which keeps fewer agents.
    package init(backbone: ServiceBackbone, conditions: TurnConditions = .standard, views: AgentViews = AgentViews()) {
        self.backbone = backbone
        let (database, logger) = (backbone.database, backbone.logger)
        let metrics = RouterMetrics(backbone.metrics)
        let moved = TenantSignal()
        let unfinished = TenantSignal()
        let desk = RoutingDesk(
            database: database, publisher: backbone.publisher, metrics: metrics, queueMoved: moved.raise, drainFurther: unfinished.raise,
            conditions: conditions, views: views)
        let reader = RoutingReader(database: database)
        self.reader = reader

        let requests = backbone.requests
        requests.register(SetAgentStatusHandler(desk: desk))
        requests.register(GetAgentStatusHandler(reader: reader))
        requests.register(
            RenewAgentConnectionsHandler(
                desk: desk, setAside: SetAside("renewing connections", metrics: backbone.metrics, logger: logger)))
        requests.register(ListAgentsHandler(reader: reader))
        requests.register(GetAgentHandler(reader: reader))
        requests.register(SaveAgentHandler(desk: desk))
        requests.register(DeleteAgentHandler(desk: desk))
        requests.register(AssignConversationHandler(desk: desk))
        requests.register(ReturnConversationHandler(desk: desk))
        requests.register(GetQueuePlaceHandler(reader: reader))
        requests.register(GetAvailabilityHandler(reader: reader))
        requests.register(ListDecisionsHandler(reader: reader))
        requests.register(AcceptOfferHandler(desk: desk))
        requests.register(DeclineOfferHandler(desk: desk))
        requests.register(ListOffersHandler(reader: reader))
        requests.register(ListQueueHandler(reader: reader))
        requests.register(SelectAgentHandler(reader: reader))
        requests.register(GetRoutingPolicyHandler(reader: reader))
        simulations = SimulationRunner(simulations: SimulationRepository(database: database), logger: logger)
        requests.register(SimulateRoutingHandler(runner: simulations, reader: reader))
        requests.register(GetRoutingSimulationHandler(simulations: simulations.simulations))
        requests.register(ListTeamsHandler(reader: reader))
        requests.register(GetTeamHandler(reader: reader))
        requests.register(ListTeamMembersHandler(reader: reader))
        requests.register(ListTeamPerformanceHandler(reader: reader))
        requests.register(SuggestTeamMovesHandler(reader: reader))
        requests.register(SaveTeamHandler(desk: desk))
        requests.register(DeleteTeamHandler(desk: desk))
        requests.register(SaveTeamMemberHandler(desk: desk))
        requests.register(RemoveTeamMemberHandler(desk: desk))
        requests.register(AssignTeamAgentHandler(desk: desk))
        requests.register(EndTeamAssignmentHandler(desk: desk))
        requests.register(ChangeTeamsHandler(desk: desk))

        let chat = ChatListener(desk: desk)
        chatListener = chat
        chatEvents = backbone.hear(.chat, subjects: ChatListener.subjects) { try chat.apply($0, in: $1) }
        let accounts = AccountsListener(desk: desk)
        accountsListener = accounts
        backbone.hear(.accounts) { try accounts.apply($0, in: $1) }

        func setAside(_ loop: String) -> SetAside { SetAside(loop, metrics: backbone.metrics, logger: logger) }
        sweep = QueueSweep(desk: desk, metrics: metrics, setAside: setAside("sweeping the queues"))
        presenceWatch = PresenceWatch(desk: desk, setAside: setAside("watching presence"))
        timerWatch = TimerWatch(desk: desk, setAside: setAside("firing timers"))
        ledgerWatch = LedgerWatch(database: database, metrics: metrics)
        queuePlaces = QueuePlaceAnnouncer(
            reader: reader, bus: backbone.bus, signal: moved, metrics: metrics, setAside: setAside("telling queue places"), logger: logger)
        backbone.run(QueueDrainer(desk: desk, signal: unfinished, setAside: setAside("draining further"), logger: logger))
        backbone.run(queuePlaces)
        backbone.run(simulations)
        let (sweep, presenceWatch, ledgerWatch, timerWatch) = (sweep, presenceWatch, ledgerWatch, timerWatch)
        backbone.every(Self.sweepPeriod, "sweeping the queues") {
            try await sweep.sweep()
            return false
        }
        backbone.every(Self.presencePeriod, "watching presence") {
            try await presenceWatch.look()
            return false
        }
        backbone.every(Self.timerPeriod, "firing timers") {
            try await timerWatch.look()
            return false
        }
        backbone.every(Self.ledgerPeriod, "watching the ledger") {
            _ = try await ledgerWatch.look()
            return false
        }
        backbone.every(Self.partitionPeriod, "making partitions") {
            _ = try await database.query(.none, "SELECT router.prepare_decision_partitions()")
            return false
        }
    }

    /// Run together; stop last to first.
    package var parts: [any Service] { backbone.parts }
}
