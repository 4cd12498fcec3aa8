import Bus
import Contracts
import EventLog
import Logging
import ServiceLifecycle
import Storage
import Synchronization

/// What every service with a schema stands on: its database, the bus, its log, and the requests it answers.
package struct ServiceBackbone: Sendable {
    package static func databaseURLKey(_ service: ServiceName) -> SettingKey {
        SettingKey("\(service).database.url", "Where this service's schema is, with its own role.", isSecret: true)
    }

    static func databasePasswordFileKey(_ service: ServiceName) -> SettingKey {
        SettingKey(
            "\(service).database.password.file",
            "File whose first line is the password, if the URL has none; read anew for each connection.",
            secretFile: "\(Provisioning.role(of: service)).password")
    }

    package static func databasePoolKey(_ service: ServiceName) -> SettingKey {
        SettingKey("\(service).database.pool", "Connections to PostgreSQL, each with a thread of its own.", standard: "4")
    }

    package static func keys(_ service: ServiceName) -> [SettingKey] {
        [databaseURLKey(service), databasePasswordFileKey(service), databasePoolKey(service)] + BusSettings.keys(service)
    }

    package let service: ServiceName
    package let database: Database
    package let bus: any Bus
    package let publisher: EventPublisher
    /// Register handlers here before the parts run.
    package let requests: RequestRouter
    package let logger: Logger
    package let metrics: MetricsRegistry
    private let own = OwnParts()

    /// What the service itself runs, in the order in which it was named.
    private final class OwnParts: Sendable {
        let all = Mutex<[any Service]>([])
    }

    /// From the process's settings: PostgreSQL, and ZeroMQ to the others.
    package init(_ process: ServiceProcess) throws {
        let settings = process.settings
        let configuration = DatabaseConfiguration(
            url: try settings.text(Self.databaseURLKey(process.name)),
            passwordFile: settings.optionalText(Self.databasePasswordFileKey(process.name)),
            poolSize: try settings.integer(Self.databasePoolKey(process.name), in: 3...64))
        let database = Database(configuration, logger: process.logger)
        process.health.add("database") { await database.isReady() }
        process.health.whenLeaving { [weak database] in database?.leave() }
        self.init(
            service: process.name, database: database, bus: try BusSettings.bus(for: process), logger: process.logger,
            metrics: process.metrics)
    }

    /// With a database and a bus of the caller's choice.
    package init(
        service: ServiceName, database: Database, bus: any Bus, logger: Logger, metrics: MetricsRegistry = MetricsRegistry()
    ) {
        self.service = service
        self.database = database
        self.bus = bus
        self.logger = logger
        self.metrics = metrics
        publisher = EventPublisher(stream: service, database: database, bus: bus, logger: logger)
        let repeated = RepeatedRequests(service: service, database: database)
        requests = RequestRouter(logger: logger) { envelope, keepsReply, answer in
            await repeated.answer(envelope, keepsReply: keepsReply, answer)
        } trouble: {
            ($0 as? DatabaseError)?.busError
        }
        let publisher = publisher
        for subject in EventPublisher.subjects {
            requests.register(subject) { envelope in await publisher.answer(envelope) ?? .failure(.unknownSubject(envelope.subject)) }
        }
        requests.install(on: bus)
        metrics.collect {
            [
                MetricSample(
                    "switchboard_events_published_total", "Events said on the bus since the start.", .counter,
                    Double(publisher.publishedCount))
            ]
        }
    }

    /// The parts every service has, and what it hears, does and runs itself. They stop last to first, so the database goes last.
    package var parts: [any Service] { [database, bus, publisher] + own.all.withLock { $0 } }

    /// Something else that lives as long as the service.
    package func run(_ part: any Service) { own.all.withLock { $0.append(part) } }

    /// Looks for work in the database every now and then. Any number of replicas do.
    /// - Parameters:
    ///   - period: by how much it may be late; a tenth more by chance.
    ///   - name: what it does, for the log.
    ///   - look: returns whether there is more, which is looked for at once. What it throws is logged, and it looks again after the period.
    package func every(_ period: Duration, _ name: String, _ look: @escaping @Sendable () async throws -> Bool) {
        run(Periodic(name: name, period: period, logger: logger, look: look))
    }

    /// Hears another service's log, each event with its effect once, and exports how far it has come.
    /// - Parameters:
    ///   - subjects: those that have an effect here; batches without any are passed over. nil: all.
    ///   - apply: see ``EventConsumer/init(stream:consumer:subjects:database:bus:logger:limits:apply:)``.
    @discardableResult
    package func hear(
        _ stream: StreamName, subjects: Set<Subject>? = nil, _ apply: @escaping @Sendable ([EventFrame], Transaction) throws -> Void
    ) -> EventConsumer {
        let consumer = EventConsumer(
            stream: stream, consumer: service, subjects: subjects, database: database, bus: bus, logger: logger, apply: apply)
        observe(consumer)
        run(consumer)
        return consumer
    }

    private func observe(_ consumer: EventConsumer) {
        metrics.collect {
            let snapshot = consumer.snapshot()
            let labels: KeyValuePairs = ["stream": consumer.stream.rawValue]
            return [
                MetricSample(
                    "switchboard_events_applied_total", "Events whose effect is committed.", .counter, labels: labels,
                    Double(snapshot.applied)),
                MetricSample("switchboard_event_lag", "Events known and not applied yet.", .gauge, labels: labels, Double(snapshot.lag)),
                MetricSample(
                    "switchboard_event_fetches_total", "Times the log was asked.", .counter, labels: labels, Double(snapshot.fetches)),
                MetricSample(
                    "switchboard_events_parked_total", "Events put aside because they could not be applied.", .counter, labels: labels,
                    Double(snapshot.parked)),
                MetricSample(
                    "switchboard_partitions_stalled", "Partitions that stand still until somebody decides.", .gauge, labels: labels,
                    Double(snapshot.partitions.count { $0.stall != nil })),
            ]
        }
    }
}

extension DatabaseError {
    /// What the asker is told: ask again with the same key, or, for a bug, nothing here.
    package var busError: BusError? {
        switch self {
        case .unavailable, .commitUnknown: .unavailable(retryAfter: .seconds(1))
        case .overloaded, .serializationFailure, .deadlock, .lockTimeout, .statementTimeout: .overloaded(retryAfter: .seconds(1))
        case .uniqueViolation, .foreignKeyViolation, .checkViolation, .notNullViolation, .forbidden, .server, .decoding: nil
        }
    }
}
