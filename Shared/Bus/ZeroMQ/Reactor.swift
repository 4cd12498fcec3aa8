import CZeroMQ
import Contracts
import Foundation
import Logging

/// The bus's thread: owns the context and every socket, and does nothing else. Handlers of requests run as tasks elsewhere and
/// answer through the mailbox; handlers of deliveries run here and return quickly.
final class Reactor {
    /// Messages taken from one socket before the others get their turn.
    private static let drainMax = 256
    /// How often it is looked whether replicas with unanswered requests are still connected.
    private static let connectionCheckEvery: Duration = .milliseconds(50)
    private static let helloEvery: Duration = .seconds(1)
    /// How often it is tried to bind again: a closed socket gives its port back a moment later.
    private static let bindEvery: Duration = .milliseconds(10)
    /// How long nothing must be left to do before a draining bus closes: the last replies are read meanwhile. Closing with unread
    /// bytes in our own buffer makes TCP reset the connection, and the other side then loses what it has not read.
    private static let drainQuiet: Duration = .milliseconds(100)
    /// Peers that are told at once when this process leaves; as many as there may be sockets. The rest find out by their next ping.
    private static let askersMax = 4096
    /// Whoever did not ping for so long is not there any more: askers ping once in a second. Telling one too many costs nothing.
    private static let askerForgottenAfter: Duration = .seconds(60)

    private struct Place: Hashable {
        let service: ServiceName
        let replica: Int
    }

    private struct Work: Sendable {
        let peer: RoutingID
        let request: RequestFrame
        let deadline: ContinuousClock.Instant
    }

    let bound: Endpoint
    private let configuration: ZeroMQBusConfiguration
    private let mailbox: Mailbox
    private let subscriptions: Subscriptions
    private let responder: (@Sendable (RequestEnvelope) async -> Answer)?
    private let logger: Logger
    private let context: UnsafeMutableRawPointer
    /// Asked about keys by libzmq; nil without CURVE.
    private let doorkeeper: CurveDoorkeeper?
    private var opener: SocketOpener
    private var publisher: ZeroMQSocket?
    private var server: ZeroMQSocket?
    /// What was bound is closed and not bound again yet.
    private var mustBind = false
    private let instance = UUID()
    private let message = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)

    private var heard: Set<StreamName> = []
    private var endpoints: [Place: Endpoint] = [:]
    private var requestLinks: [Place: RequestLink] = [:]
    private var eventLinks: [Place: EventLink] = [:]
    private var lastEndpoint = 0
    private var nonce: UInt64 = 0

    private var pending: PendingRequests
    private var questions: [UInt64: Question] = [:]
    private var actions: [PendingRequests.Action] = []
    private var admission: AdmissionQueue<Work>
    /// Who pinged, and when last.
    private var askers: [RoutingID: ContinuousClock.Instant] = [:]
    private var metrics = BusMetrics()

    private var items: [zmq_pollitem_t] = []
    private var readers: [Reader] = []
    private var itemsAreStale = true
    private var nextTimer: ContinuousClock.Instant
    private var nextHello: ContinuousClock.Instant
    private var nextConnectionCheck: ContinuousClock.Instant
    /// Peers are told to ask others; what comes nevertheless is still answered.
    private var isLeaving = false
    private var drainUntil: ContinuousClock.Instant?
    private var idleSince: ContinuousClock.Instant?
    private var isStopped = false

    private enum Reader {
        case wake
        case doorkeeper
        case publisher
        case server
        case requests(RequestLink)
        case events(EventLink)
    }

    init(
        _ configuration: ZeroMQBusConfiguration, mailbox: Mailbox, subscriptions: Subscriptions,
        responder: (@Sendable (RequestEnvelope) async -> Answer)?, logger: Logger
    ) throws(ZeroMQError) {
        guard let context = zmq_ctx_new() else { throw ZeroMQSocket.error("zmq_ctx_new") }
        zmq_ctx_set(context, ZMQ_IO_THREADS, 1)
        zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 4096)
        zmq_ctx_set(context, ZMQ_BLOCKY, 0)
        self.configuration = configuration
        self.mailbox = mailbox
        self.subscriptions = subscriptions
        self.responder = responder
        self.logger = logger
        self.context = context
        let now = ContinuousClock.now
        nextTimer = now
        nextHello = now
        nextConnectionCheck = now
        pending = PendingRequests(limits: configuration.requests, seed: .random(in: 0 ... .max))
        var limits = AdmissionQueue<Work>.Limits()
        limits.runningMax = configuration.admission.runningMax
        limits.waitingMax = configuration.admission.waitingMax
        limits.retryAfter = configuration.admission.retryAfter
        admission = AdmissionQueue(limits: limits)
        let opener = SocketOpener(in: context, configuration, logger: logger)
        self.opener = opener
        var opened: [ZeroMQSocket] = []
        do throws(ZeroMQError) {
            // Before anything is bound: without it everybody would be let in.
            let doorkeeper: CurveDoorkeeper? =
                if let curve = configuration.curve {
                    try CurveDoorkeeper(curve.publicKeys, in: context, logger: logger)
                } else { nil }
            if let doorkeeper { opened.append(doorkeeper.socket) }
            self.doorkeeper = doorkeeper
            let publisher = try opener.publisher(at: configuration.eventsEndpoint)
            if let publisher { opened.append(publisher) }
            let server = try opener.server(at: configuration.requestsEndpoint)
            if let server { opened.append(server) }
            (self.publisher, self.server) = (publisher, server)
            bound = Endpoint(
                service: configuration.service, replica: configuration.replica,
                events: try publisher.map { (socket) throws(ZeroMQError) in try socket.lastEndpoint() },
                requests: try server.map { (socket) throws(ZeroMQError) in try socket.lastEndpoint() })
            if let curve = configuration.curve {
                for (address, type) in [(bound.events, ZMQ_SUB), (bound.requests, ZMQ_DEALER)] {
                    guard let address else { continue }
                    try CurveSelfTest.run(type, at: address, serverKey: curve.own.publicKey, in: context) { doorkeeper?.answer() }
                }
            }
        } catch {
            for socket in opened { socket.close() }
            zmq_ctx_term(context)
            message.deallocate()
            throw error
        }
        zmq_msg_init(message)
    }

    // MARK: The loop

    func run(report: @escaping (BusMetrics) -> Void) {
        var commands: [Command] = []
        while !isStopped {
            mailbox.take(into: &commands)
            var now = ContinuousClock.now
            if !commands.isEmpty {
                for command in commands { perform(command, now: now) }
                commands.removeAll(keepingCapacity: true)
                performActions(now: now)
            }
            if receive(now: now) {
                performActions(now: now)
            }
            now = .now
            if now >= nextTimer { checkTimers(now: now) }
            if pending.pendingCount > 0, now >= nextConnectionCheck {
                nextConnectionCheck = now + Self.connectionCheckEvery
                for link in requestLinks.values where link.instance != nil { checkConnection(link, now: now) }
                performActions(now: now)
            }
            if let deadline = pending.deadline, now >= deadline {
                pending.expire(now: now)
                performActions(now: now)
            }
            report(snapshot())
            if let drainUntil {
                idleSince = isIdle ? idleSince ?? now : nil
                if now >= drainUntil || idleSince.map({ now >= $0 + Self.drainQuiet }) ?? false { isStopped = true }
            }
            if !isStopped { wait(now: now) }
        }
        close(&commands)
        report(snapshot())
    }

    private var isIdle: Bool { admission.running == 0 && admission.waitingCount == 0 && pending.pendingCount == 0 }

    private func wait(now: ContinuousClock.Instant) {
        if itemsAreStale { collectItems() }
        var timeout = 0
        if mailbox.fallAsleep() {
            var deadline = min(nextTimer, drainUntil ?? nextTimer)
            if let idleSince { deadline = min(deadline, idleSince + Self.drainQuiet) }
            if let due = pending.deadline { deadline = min(deadline, due, nextConnectionCheck) }
            // Rounded up: waking just before the deadline would only mean waiting again.
            timeout = max(0, Int(saturating: (deadline - now).milliseconds.rounded(.up)))
        }
        let result = zmq_poll(&items, Int32(items.count), timeout)
        if result < 0 {
            // EINTR, or the context ends: nothing was said about any socket.
            for index in items.indices { items[index].revents = 0 }
        }
    }

    private func collectItems() {
        items.removeAll(keepingCapacity: true)
        readers.removeAll(keepingCapacity: true)
        func add(_ socket: ZeroMQSocket, _ reader: Reader) {
            items.append(zmq_pollitem_t(socket: socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
            readers.append(reader)
        }
        items.append(zmq_pollitem_t(socket: nil, fd: mailbox.wakeDescriptor, events: Int16(ZMQ_POLLIN), revents: 0))
        readers.append(.wake)
        // Never readable; being polled makes it take new subscriptions at once.
        if let publisher { add(publisher, .publisher) }
        if let doorkeeper { add(doorkeeper.socket, .doorkeeper) }
        if let server { add(server, .server) }
        for link in requestLinks.values { add(link.socket, .requests(link)) }
        for link in eventLinks.values { add(link.socket, .events(link)) }
        itemsAreStale = false
    }

    /// - Returns: whether anything arrived.
    private func receive(now: ContinuousClock.Instant) -> Bool {
        var hasReceived = false
        // Closing or opening a link in here changes the sockets, not this list.
        let (items, readers) = (items, readers)
        for index in items.indices where items[index].revents & Int16(ZMQ_POLLIN) != 0 {
            hasReceived = true
            switch readers[index] {
            case .wake: mailbox.clearWake()
            case .doorkeeper: doorkeeper?.answer()
            case .publisher: break
            case .server: if let server { drainServer(server, now: now) }
            case .requests(let link): drain(link, now: now)
            case .events(let link): drain(link, now: now)
            }
        }
        return hasReceived
    }

    private var body: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message)) }

    // MARK: Commands

    private func perform(_ command: Command, now: ContinuousClock.Instant) {
        switch command {
        case .publish(let bytes):
            guard let publisher else {
                metrics.publishesDropped += 1
                return
            }
            if case .sent = publisher.send(bytes) { metrics.published += 1 } else { metrics.publishesDropped += 1 }
        case .subscribe(let stream):
            heard.insert(stream)
            connect(now: now)
        case .request(let question):
            questions[question.number] = question
            pending.begin(question.number, to: question.service, budget: question.deadline - now, now: now)
        case .cancel(let number):
            pending.cancel(number, now: now)
            questions.removeValue(forKey: number)?.continuation.resume(returning: .failure(.cancelled))
        case .reply(let peer, let bytes):
            if !bytes.isEmpty { send(bytes, to: peer) }
            let expired = admission.expired
            if let next = admission.finished(now: now) { run(next) }
            metrics.requestsExpired += admission.expired - expired
        case .endpoints(let list):
            var known: [Place: Endpoint] = [:]
            for endpoint in list { known[Place(service: endpoint.service, replica: endpoint.replica)] = endpoint }
            endpoints = known
            connect(now: now)
        case .publicKeys(let keys):
            take(keys, now: now)
        case .leave:
            leave(now: now)
        case .drain:
            guard drainUntil == nil else { return }
            leave(now: now)
            drainUntil = now + configuration.drainMax
        case .stop:
            isStopped = true
        }
    }

    private func performActions(now: ContinuousClock.Instant) {
        pending.takeActions(into: &actions)
        while !actions.isEmpty {
            var lost: [RequestLink] = []
            var suspects: [Subject: Int] = [:]
            for action in actions {
                switch action {
                case .send(let number, let attempt, let endpoint, let remaining):
                    guard let link = linksByEndpoint[endpoint], questions[number] != nil else {
                        pending.sendFailed(number, attempt: attempt, now: now)
                        continue
                    }
                    WireFrame.address(&questions[number]!.bytes, number: number, attempt: attempt, budget: remaining)
                    if case .sent = link.socket.send(questions[number]!.bytes) { continue }
                    // Not connected any more, or it reads nothing: all that it has is asked elsewhere. This one it never had.
                    pending.sendFailed(number, attempt: attempt, now: now)
                    if !link.socket.isWritable { lost.append(link) }
                case .suspect(let number, let replicasLost):
                    guard let subject = questions[number]?.subject else { continue }
                    if replicasLost < configuration.requests.replicasLostMax {
                        suspects[subject, default: 0] += 1
                    } else {
                        logger.error(
                            "replicas were lost while they held a request; nobody else is asked",
                            metadata: ["subject": "\(subject)", "replicas_lost": "\(replicasLost)"])
                    }
                case .finish(let number, let answer):
                    questions.removeValue(forKey: number)?.continuation.resume(returning: answer)
                }
            }
            actions.removeAll(keepingCapacity: true)
            for (subject, count) in suspects {
                logger.warning(
                    "a replica was lost while it held requests; they are asked once more",
                    metadata: ["subject": "\(subject)", "count": "\(count)"])
            }
            for link in lost where link.instance != nil { lose(link, now: now) }
            pending.takeActions(into: &actions)
        }
    }

    private var linksByEndpoint: [PendingRequests.EndpointID: RequestLink] = [:]

    // MARK: Links

    /// Opens what is missing and closes what moved or is gone.
    private func connect(now: ContinuousClock.Instant) {
        for (place, link) in requestLinks where endpoints[place]?.requests != link.address { close(link, at: place, now: now) }
        for (place, link) in eventLinks where endpoints[place]?.events != link.address { close(link, at: place) }
        for (place, endpoint) in endpoints {
            if let address = endpoint.requests, requestLinks[place] == nil,
                let opened = opener.requests(address, of: place.service)
            {
                lastEndpoint += 1
                let link = RequestLink(
                    .init(lastEndpoint), service: place.service, address: address, opened: opened,
                    watch: LinkWatch(expecting: place.service, pings: true, limits: configuration.links, now: now))
                requestLinks[place] = link
                linksByEndpoint[link.endpoint] = link
                itemsAreStale = true
            }
            if let address = endpoint.events, heard.contains(place.service), eventLinks[place] == nil,
                let opened = opener.events(address, of: place.service)
            {
                eventLinks[place] = EventLink(
                    service: place.service, address: address, opened: opened,
                    watch: LinkWatch(expecting: place.service, pings: false, limits: configuration.links, now: now))
                itemsAreStale = true
            }
        }
        nextTimer = now
    }

    /// Links to a key that is not valid any more end; they are opened again with one that is, if there is one. And whoever came in with
    /// one goes: libzmq cannot close one caller's connection, so all are closed, and those whose keys are valid come again at once.
    private func take(_ keys: CurvePublicKeys, now: ContinuousClock.Instant) {
        let someoneMustGo = doorkeeper.map { $0.publicKeys.allowMore(than: keys) } ?? false
        opener.publicKeys = keys
        doorkeeper?.publicKeys = keys
        if someoneMustGo { closeBound() }
        for (place, link) in requestLinks where !Self.isValid(link.key, of: link.service, keys) { close(link, at: place, now: now) }
        for (place, link) in eventLinks where !Self.isValid(link.key, of: link.service, keys) { close(link, at: place) }
        connect(now: now)
    }

    /// What was on its way is lost as in a crash: events are read from the log, requests are asked again with the same key.
    private func closeBound() {
        publisher?.close()
        server?.close()
        (publisher, server) = (nil, nil)
        askers = [:]
        mustBind = true
        itemsAreStale = true
        logger.notice("a key is not valid any more: all connections are made again")
        bindAgain()
    }

    private func bindAgain() {
        do throws(ZeroMQError) {
            if publisher == nil { publisher = try opener.publisher(at: bound.events) }
            if server == nil { server = try opener.server(at: bound.requests) }
            mustBind = false
            itemsAreStale = true
        } catch {
            logger.debug("an address is not free yet", metadata: ["error": "\(error)"])
        }
    }

    private static func isValid(_ key: CurveKey?, of service: ServiceName, _ keys: CurvePublicKeys) -> Bool {
        key.map { keys.service(of: $0) == service } ?? false
    }

    private func close(_ link: RequestLink, at place: Place, now: ContinuousClock.Instant) {
        pending.endpointLost(link.endpoint, now: now)
        linksByEndpoint[link.endpoint] = nil
        link.socket.close()
        requestLinks[place] = nil
        itemsAreStale = true
    }

    private func close(_ link: EventLink, at place: Place) {
        link.socket.close()
        eventLinks[place] = nil
        itemsAreStale = true
    }

    private func reopen(_ link: RequestLink, now: ContinuousClock.Instant) {
        pending.endpointLost(link.endpoint, now: now)
        link.instance = nil
        if let opened = opener.requests(link.address, of: link.service, after: link.key) { link.replace(with: opened) }
        link.watch = LinkWatch(expecting: link.service, pings: true, limits: configuration.links, now: now)
        metrics.linksReopened += 1
        itemsAreStale = true
    }

    private func reopen(_ link: EventLink, now: ContinuousClock.Instant) {
        if let opened = opener.events(link.address, of: link.service, after: link.key) { link.replace(with: opened) }
        link.watch = LinkWatch(expecting: link.service, pings: false, limits: configuration.links, now: now)
        metrics.linksReopened += 1
        itemsAreStale = true
    }

    // MARK: Timers

    private func checkTimers(now: ContinuousClock.Instant) {
        if mustBind { bindAgain() }
        if now >= nextHello {
            nextHello = now + Self.helloEvery
            if let publisher { _ = publisher.send(WireFrame.hello(identity).encoded()) }
            askers = askers.filter { now < $0.value + Self.askerForgottenAfter }
        }
        var next = mustBind ? min(nextHello, now + Self.bindEvery) : nextHello
        for link in requestLinks.values {
            while let action = link.watch.next(now: now) {
                switch action {
                case .ping:
                    nonce += 1
                    _ = link.socket.send(WireFrame.ping(nonce: nonce).encoded())
                case .reopen(let reason):
                    log(reason, link.service, link.address)
                    reopen(link, now: now)
                }
            }
            next = min(next, link.watch.deadline)
        }
        for link in eventLinks.values {
            if case .reopen(let reason) = link.watch.next(now: now) {
                log(reason, link.service, link.address)
                reopen(link, now: now)
            }
            next = min(next, link.watch.deadline)
        }
        performActions(now: now)
        nextTimer = next
    }

    private func log(_ reason: LinkWatch.Reason, _ service: ServiceName, _ address: String) {
        logger.debug("a link is opened again", metadata: ["service": "\(service)", "address": "\(address)", "reason": "\(reason)"])
    }

    /// A DEALER with `IMMEDIATE` takes nothing while it is not connected: so a replica that died is noticed at once and what it had
    /// is asked elsewhere, long before the silence rule.
    private func checkConnection(_ link: RequestLink, now: ContinuousClock.Instant) {
        if link.socket.isWritable {
            link.unwritableSince = nil
        } else if let since = link.unwritableSince {
            guard now - since >= Self.connectionCheckEvery / 2 else { return }
            lose(link, now: now)
        } else {
            link.unwritableSince = now
        }
    }

    /// libzmq connects again by itself; whoever is there then has to say who it is.
    private func lose(_ link: RequestLink, now: ContinuousClock.Instant) {
        link.unwritableSince = nil
        link.instance = nil
        link.watch.lost(now: now)
        nextTimer = now
        pending.endpointLost(link.endpoint, now: now)
    }

    private var identity: PeerIdentity {
        PeerIdentity(
            service: configuration.service, replica: configuration.replica, instance: instance,
            isReady: responder != nil && !isLeaving, isDraining: isLeaving)
    }

    /// Says to everybody at once that others are to be asked, instead of at their next ping.
    private func leave(now: ContinuousClock.Instant) {
        guard !isLeaving else { return }
        isLeaving = true
        nextHello = now
        nextTimer = now
        let farewell = WireFrame.pong(nonce: 0, identity).encoded()
        for peer in askers.keys { send(farewell, to: peer) }
    }

    // MARK: Receiving

    private func drain(_ link: EventLink, now: ContinuousClock.Instant) {
        let socket = link.socket
        for _ in 0..<Self.drainMax {
            guard socket.receive(message) else { return }
            if zmq_msg_more(message) != 0 {
                _ = socket.skipRest(of: message)
                metrics.malformedFrames += 1
                continue
            }
            do throws(MalformedFrame) {
                let frame = try WireFrame(decoding: body)
                switch frame {
                case .hello(let identity):
                    _ = link.watch.received(identity, now: now)
                    // A wrong service is dealt with at once.
                    if identity.service != link.service { nextTimer = now }
                case .event, .beacon, .ephemeral:
                    guard let delivery = frame.delivery, delivery.stream == link.service else {
                        throw MalformedFrame("a frame of another stream")
                    }
                    link.watch.received(now: now)
                    metrics.deliveriesReceived += 1
                    for handler in subscriptions.handlers(of: delivery.stream) { handler(delivery) }
                case .ping, .pong, .request, .reply:
                    throw MalformedFrame("not for a subscriber")
                }
            } catch {
                noteMalformed(error, from: link.address)
            }
        }
    }

    private func drain(_ link: RequestLink, now: ContinuousClock.Instant) {
        let socket = link.socket
        for _ in 0..<Self.drainMax {
            guard socket.receive(message) else { return }
            if zmq_msg_more(message) != 0 {
                _ = socket.skipRest(of: message)
                metrics.malformedFrames += 1
                continue
            }
            do throws(MalformedFrame) {
                switch try WireFrame(decoding: body) {
                case .reply(let reply):
                    link.watch.received(now: now)
                    pending.answered(reply.number, attempt: reply.attempt, with: reply.answer, now: now)
                case .pong(_, let identity):
                    guard link.watch.received(identity, now: now) else {
                        nextTimer = now
                        continue
                    }
                    if let known = link.instance, known != identity.instance { pending.endpointLost(link.endpoint, now: now) }
                    link.instance = identity.instance
                    link.unwritableSince = nil
                    if identity.isReady {
                        pending.endpointReady(link.endpoint, of: link.service, now: now)
                    } else {
                        pending.endpointDraining(link.endpoint)
                    }
                case .event, .beacon, .ephemeral, .hello, .ping, .request:
                    throw MalformedFrame("not for an asker")
                }
            } catch {
                noteMalformed(error, from: link.address)
            }
        }
    }

    private func drainServer(_ socket: ZeroMQSocket, now: ContinuousClock.Instant) {
        for _ in 0..<Self.drainMax {
            guard socket.receive(message) else { return }
            guard let peer = RoutingID(body) else {
                _ = socket.skipRest(of: message)
                metrics.malformedFrames += 1
                continue
            }
            guard zmq_msg_more(message) != 0, socket.receive(message) else {
                metrics.malformedFrames += 1
                continue
            }
            if zmq_msg_more(message) != 0 {
                _ = socket.skipRest(of: message)
                metrics.malformedFrames += 1
                continue
            }
            do throws(MalformedFrame) {
                switch try WireFrame(decoding: body) {
                case .request(let request): admit(request, from: peer, now: now)
                case .ping(let nonce):
                    if askers[peer] != nil || askers.count < Self.askersMax { askers[peer] = now }
                    send(WireFrame.pong(nonce: nonce, identity).encoded(), to: peer)
                case .event, .beacon, .ephemeral, .hello, .pong, .reply: throw MalformedFrame("not for an answerer")
                }
            } catch {
                noteMalformed(error, from: "a caller")
            }
        }
    }

    private func noteMalformed(_ error: MalformedFrame, from source: String) {
        metrics.malformedFrames += 1
        // The first few and then ever fewer, so that a broken peer cannot fill the disk.
        if metrics.malformedFrames & (metrics.malformedFrames - 1) == 0 {
            logger.warning(
                "malformed frames", metadata: ["count": "\(metrics.malformedFrames)", "last": "\(error)", "source": "\(source)"])
        }
    }

    // MARK: Answering

    private func admit(_ request: RequestFrame, from peer: RoutingID, now: ContinuousClock.Instant) {
        metrics.requestsReceived += 1
        guard responder != nil, drainUntil == nil else {
            refuse(request, from: peer, because: .unavailable(retryAfter: .zero))
            return
        }
        let deadline = now + request.envelope.budget
        guard deadline > now else {
            metrics.requestsExpired += 1
            return
        }
        switch admission.arrived(Work(peer: peer, request: request, deadline: deadline), deadline: deadline) {
        case .run(let work): run(work)
        case .wait: break
        case .overloaded(let retryAfter):
            metrics.requestsRefused += 1
            refuse(request, from: peer, because: .overloaded(retryAfter: retryAfter))
        }
    }

    private func refuse(_ request: RequestFrame, from peer: RoutingID, because error: BusError) {
        send(WireFrame.encode(ReplyFrame(number: request.number, attempt: request.attempt, answer: .failure(error))), to: peer)
    }

    private func run(_ work: Work) {
        guard let responder else { return }
        let mailbox = mailbox
        Task {
            let remaining = work.deadline - .now
            // Nobody waits any more: an empty reply only frees the place.
            var reply: [UInt8] = []
            if remaining > .zero {
                let answer = await responder(work.request.envelope.with(budget: remaining)).capped
                reply = WireFrame.encode(ReplyFrame(number: work.request.number, attempt: work.request.attempt, answer: answer))
            }
            mailbox.put(.reply(work.peer, reply))
        }
    }

    private func send(_ bytes: [UInt8], to peer: RoutingID) {
        guard let server else { return }
        // A caller that is gone or does not read asks again, with the same key, if it still wants to know.
        if case .sent = server.send(peer, bytes) { metrics.repliesSent += 1 } else { metrics.repliesDropped += 1 }
    }

    // MARK: The end

    private func snapshot() -> BusMetrics {
        let counters = pending.counters
        metrics.requestsBegun = counters.begun
        metrics.requestsSent = counters.sent
        metrics.requestsRetried = counters.retried
        metrics.requestsShed = counters.shed
        metrics.lateReplies = counters.lateReplies
        metrics.requestsSuspected = counters.suspected
        metrics.requestsAbandoned = counters.abandoned
        metrics.requestsPending = pending.pendingCount
        metrics.requestsRunning = admission.running
        metrics.endpointsReady = pending.readyCount
        return metrics
    }

    private func close(_ commands: inout [Command]) {
        let rest = mailbox.shut()
        // The tail of what was to be published still goes out.
        for case .publish(let bytes) in rest { _ = publisher?.send(bytes) }
        Self.refuse(rest)
        pending.failAll(with: .unavailable(retryAfter: .seconds(1)))
        performActions(now: .now)
        for link in requestLinks.values { link.socket.close() }
        for link in eventLinks.values { link.socket.close() }
        requestLinks = [:]
        linksByEndpoint = [:]
        eventLinks = [:]
        publisher?.close()
        server?.close()
        doorkeeper?.socket.close()
        zmq_msg_close(message)
        message.deallocate()
        zmq_ctx_shutdown(context)
        // Waits at most `linger` for what is still to be sent.
        while zmq_ctx_term(context) != 0, zmq_errno() == EINTR {}
    }

    /// Answers the requests that came too late.
    static func refuse(_ commands: [Command]) {
        for case .request(let question) in commands {
            question.continuation.resume(returning: .failure(.unavailable(retryAfter: .seconds(1))))
        }
    }
}

extension Duration {
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }
}
