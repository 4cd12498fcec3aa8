import Contracts
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// The bus between processes, without a broker: PUB/SUB for what is said, ROUTER/DEALER for what is asked. One thread owns all sockets.
///
/// Requests and publishes may come before ``run()``; they wait in a bounded queue. After `run()` has ended, requests are unavailable.
package final class ZeroMQBus: Bus {
    private let configuration: ZeroMQBusConfiguration
    private let directory: (any EndpointDirectory)?
    private let logger: Logger
    private let mailbox: Mailbox
    private let subscriptions = Subscriptions()
    private let lastNumber = Atomic<UInt64>(0)
    private let shared: Mutex<Shared>

    private struct Shared {
        var responder: (@Sendable (RequestEnvelope) async -> Answer)?
        var metrics = BusMetrics()
        var bound: Result<Endpoint, ZeroMQError>?
        var waitingForBound: [CheckedContinuation<Endpoint, any Error>] = []
        var hasRun = false
    }

    /// - Parameter directory: nil reads the configuration's endpoint file, if it names one.
    package init(_ configuration: ZeroMQBusConfiguration, directory: (any EndpointDirectory)? = nil, logger: Logger) {
        self.configuration = configuration
        self.directory = directory ?? configuration.endpointsFile.map { FileEndpointDirectory(path: $0, logger: logger) }
        self.logger = logger
        mailbox = Mailbox(commandsMax: configuration.commandsMax, publishBytesMax: configuration.publishBytesMax)
        shared = Mutex(Shared())
    }

    deinit {
        Reactor.refuse(mailbox.shut())
    }

    package func run() async throws {
        let isFirst = shared.withLock { shared in
            defer { shared.hasRun = true }
            return !shared.hasRun
        }
        precondition(isFirst, "a bus runs once")
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    if let directory {
                        group.addTask { [mailbox] in
                            for await endpoints in directory.endpoints() { mailbox.put(.endpoints(endpoints)) }
                        }
                    }
                    if let path = configuration.curve?.publicKeysFile {
                        let file = WatchedFile(
                            path: path, every: FileEndpointDirectory.readEvery, trouble: "the public keys cannot be read", logger: logger,
                            parse: { try CurvePublicKeys($0) })
                        group.addTask { [mailbox] in
                            for await keys in file.contents() { mailbox.put(.publicKeys(keys)) }
                        }
                    }
                    defer { group.cancelAll() }
                    try await self.runReactor()
                }
            } onGracefulShutdown: { [mailbox] in
                mailbox.put(.drain)
            }
        } onCancel: { [mailbox] in
            mailbox.put(.stop)
        }
    }

    private func runReactor() async throws {
        let responder = shared.withLock { $0.responder }
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            let thread = Thread { [self] in
                do throws(ZeroMQError) {
                    let reactor = try Reactor(
                        configuration, mailbox: mailbox, subscriptions: subscriptions, responder: responder, logger: logger)
                    report(.success(reactor.bound))
                    reactor.run { [self] metrics in shared.withLock { $0.metrics = metrics } }
                    ended.resume()
                } catch {
                    Reactor.refuse(mailbox.shut())
                    report(.failure(error))
                    ended.resume(throwing: error)
                }
            }
            thread.name = "bus"
            thread.start()
        }
    }

    /// Says to all that others are to be asked, while this process goes on answering what still comes. A graceful shutdown does the
    /// same when it reaches the bus; a process that has other parts to stop first says it earlier.
    package func leave() {
        mailbox.put(.leave)
    }

    /// Where this process can be reached, once `run()` has bound it.
    /// - Throws: ``ZeroMQError`` if an address is taken.
    package func bound() async throws -> Endpoint {
        try await withCheckedThrowingContinuation { continuation in
            let known = shared.withLock { shared in
                if shared.bound == nil { shared.waitingForBound.append(continuation) }
                return shared.bound
            }
            if let known { continuation.resume(with: known) }
        }
    }

    private func report(_ bound: Result<Endpoint, ZeroMQError>) {
        let waiting = shared.withLock { shared in
            shared.bound = bound
            defer { shared.waitingForBound = [] }
            return shared.waitingForBound
        }
        for continuation in waiting { continuation.resume(with: bound.mapError { $0 as any Error }) }
    }

    // MARK: Bus

    package func publish(_ delivery: Delivery) {
        do {
            mailbox.put(.publish(try WireFrame(delivery).encoded()))
        } catch {
            mailbox.countDroppedPublish()
            logger.error("a frame cannot travel", metadata: ["reason": "\(error)"])
        }
    }

    package func subscribe(to stream: StreamName, _ handler: @escaping @Sendable (Delivery) -> Void) {
        subscriptions.add(handler, to: stream)
        mailbox.put(.subscribe(stream))
    }

    package func respond(with responder: @escaping @Sendable (RequestEnvelope) async -> Answer) {
        shared.withLock { shared in
            precondition(!shared.hasRun, "a bus takes its responder before it runs")
            shared.responder = responder
        }
    }

    package func request(_ request: RequestEnvelope, to service: ServiceName) async throws(BusError) -> [UInt8] {
        try request.validate()
        guard !Task.isCancelled else { throw .cancelled }
        let number = lastNumber.add(1, ordering: .relaxed).newValue
        let deadline = ContinuousClock.now + request.budget
        let bytes = WireFrame.encode(request)
        let answer: Answer = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Answer, Never>) in
                let question = Question(
                    number: number, service: service, subject: request.subject, deadline: deadline, bytes: bytes,
                    continuation: continuation)
                switch self.mailbox.put(.request(question)) {
                case .taken:
                    // Cancelled before the request was there: say it again.
                    if Task.isCancelled { self.mailbox.put(.cancel(number)) }
                case .full: continuation.resume(returning: .failure(.overloaded(retryAfter: .milliseconds(100))))
                case .closed: continuation.resume(returning: .failure(.unavailable(retryAfter: .seconds(1))))
                }
            }
        } onCancel: { [mailbox] in
            mailbox.put(.cancel(number))
        }
        return try answer.payload()
    }

    package var metrics: BusMetrics {
        var metrics = shared.withLock { $0.metrics }
        metrics.publishesDropped += mailbox.publishesDropped
        return metrics
    }
}
