import Bus
import Contracts
import Foundation
import NIOCore
import ServiceKit
import Synchronization

/// Brings facts to sockets. Each event loop has its own share of the sockets with its own index, so that nothing is locked while
/// a frame is written: a frame is encoded once, handed to each loop once, and written by that loop to whoever follows it.
package final class SocketHub: Sendable {
    private let shards: [ObjectIdentifier: SocketShard]
    let counters: SocketCounters
    let presence = SocketPresence()

    init(group: any EventLoopGroup, limits: SocketLimits, counters: SocketCounters) {
        var shards: [ObjectIdentifier: SocketShard] = [:]
        for loop in group.makeIterator() {
            shards[ObjectIdentifier(loop)] = SocketShard(eventLoop: loop, limits: limits, counters: counters)
        }
        self.shards = shards
        self.counters = counters
    }

    /// - Precondition: `loop` belongs to the group given at `init`.
    func shard(of loop: any EventLoop) -> SocketShard {
        guard let shard = shards[ObjectIdentifier(loop)] else { preconditionFailure("an event loop of another group") }
        return shard
    }

    /// From the followers, on the bus's thread, in order.
    package func receive(_ delivery: Delivery) {
        guard counters.open.value > 0, let frame = LiveFrame(delivery) else { return }
        for shard in shards.values { shard.receive(frame) }
    }

    /// A log's history broke: every client refetches.
    package func reset() {
        for shard in shards.values { shard.reset() }
    }
}

/// The sockets of one event loop.
final class SocketShard: Sendable {
    /// Only touched on the event loop.
    private final class Index {
        var sockets: [ObjectIdentifier: Socket] = [:]
        var staff: [TenantID: [ObjectIdentifier: Socket]] = [:]
        var conversations: [ConversationID: [ObjectIdentifier: Subscription]] = [:]
    }

    let eventLoop: any EventLoop
    private let limits: SocketLimits
    private let counters: SocketCounters
    private let index: NIOLoopBoundBox<Index>
    /// Frames on their way to the loop: many at once cost one wake-up.
    private let arrived = Mutex<[LiveFrame]>([])

    init(eventLoop: any EventLoop, limits: SocketLimits, counters: SocketCounters) {
        self.eventLoop = eventLoop
        self.limits = limits
        self.counters = counters
        index = NIOLoopBoundBox.makeBoxSendingValue(Index(), eventLoop: eventLoop)
    }

    func receive(_ frame: LiveFrame) {
        let isFirst = arrived.withLock {
            $0.append(frame)
            return $0.count == 1
        }
        if isFirst { eventLoop.execute { self.deliver() } }
    }

    func reset() {
        eventLoop.execute {
            for socket in self.index.value.sockets.values { socket.resync() }
        }
    }

    // On the event loop

    func add(_ socket: Socket) {
        let index = index.value
        let id = ObjectIdentifier(socket)
        index.sockets[id] = socket
        if socket.grant.purpose == .realtime { index.staff[socket.grant.principal.clientID, default: [:]][id] = socket }
    }

    func remove(_ socket: Socket) {
        let index = index.value
        let id = ObjectIdentifier(socket)
        index.sockets[id] = nil
        let tenant = socket.grant.principal.clientID
        index.staff[tenant]?[id] = nil
        if index.staff[tenant]?.isEmpty == true { index.staff[tenant] = nil }
    }

    func add(_ subscription: Subscription) {
        index.value.conversations[subscription.conversationID, default: [:]][ObjectIdentifier(subscription.socket)] = subscription
    }

    func remove(_ subscription: Subscription) {
        let index = index.value
        index.conversations[subscription.conversationID]?[ObjectIdentifier(subscription.socket)] = nil
        if index.conversations[subscription.conversationID]?.isEmpty == true {
            index.conversations[subscription.conversationID] = nil
        }
    }

    private func deliver() {
        let frames = arrived.withLock { frames in
            let taken = frames
            frames = []
            return taken
        }
        let index = index.value
        var written: [ObjectIdentifier: Socket] = [:]
        func write(_ frame: LiveFrame, to socket: Socket) {
            socket.write(frame.wire)
            written[ObjectIdentifier(socket)] = socket
        }
        for frame in frames {
            if frame.target == .conversation || frame.target == .followers, let subscriptions = index.conversations[frame.conversationID] {
                for subscription in subscriptions.values where mayHear(subscription.socket, frame) {
                    if subscription.takes(frame, limit: limits.heldFramesMax) { write(frame, to: subscription.socket) }
                }
            }
            if frame.target != .followers, let staff = index.staff[frame.clientID] {
                for (id, socket) in staff where mayHear(socket, frame) {
                    if index.conversations[frame.conversationID]?[id] == nil || frame.target != .conversation { write(frame, to: socket) }
                }
            }
        }
        for socket in written.values { socket.flush() }
    }

    /// The tenant's own, wide enough an audience, not the typist.
    private func mayHear(_ socket: Socket, _ frame: LiveFrame) -> Bool {
        let principal = socket.grant.principal
        return principal.clientID == frame.clientID && frame.audience >= socket.grant.audience && frame.typist != principal.subject.uuid
            && (frame.target != .person || frame.conversationID.uuid == principal.subject.uuid)
    }
}

/// What sockets count, for `/metrics`.
final class SocketCounters: Sendable {
    let open: Gauge
    let framesSent: Counter
    let closedBehind: Counter
    let clientFrames: Counter

    init(_ metrics: MetricsRegistry) {
        open = metrics.gauge("gateway_sockets_open", "WebSockets open now.")
        framesSent = metrics.counter("gateway_socket_frames_sent_total", "Frames written to WebSockets.")
        closedBehind = metrics.counter("gateway_sockets_closed_behind_total", "WebSockets closed because they read too slowly.")
        clientFrames = metrics.counter("gateway_socket_client_frames_total", "Frames heard from WebSockets.")
    }
}
