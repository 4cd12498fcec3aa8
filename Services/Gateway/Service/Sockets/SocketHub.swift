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
        guard counters.open.value > 0 else { return }
        endIfBlocked(delivery)
        guard let frame = LiveFrame(delivery) else { return }
        for shard in shards.values { shard.receive(frame) }
    }

    /// A blocked customer hears nothing more: what is open is closed here, and chat lets them follow nothing anew.
    private func endIfBlocked(_ delivery: Delivery) {
        guard case .event(let event) = delivery, event.header.subject == CustomerChanged.subject, let clientID = event.header.clientID,
            let isBlocked = JSONMembers(event.payload)?.ranges["blocked"], event.payload[isBlocked].elementsEqual("true".utf8)
        else { return }
        for shard in shards.values { shard.endBlocked(event.header.key, of: clientID) }
    }

    /// A log's history broke: every client refetches.
    package func reset() {
        for shard in shards.values { shard.reset() }
    }

    /// Somebody's tokens are over, and with them their sockets.
    func end(_ ended: AccessEnded, of clientID: TenantID) {
        guard counters.open.value > 0 else { return }
        for shard in shards.values { shard.end(ended, of: clientID) }
    }

    /// Who may have ended without our hearing of it: sockets of those who have are closed.
    func confirmAll(_ goesOn: @escaping @Sendable (Caller) async -> Bool) {
        guard counters.open.value > 0 else { return }
        for shard in shards.values { shard.confirmAll(goesOn) }
    }
}

/// The sockets of one event loop.
final class SocketShard: Sendable {
    /// Only touched on the event loop.
    private final class Index {
        var sockets: [ObjectIdentifier: Socket] = [:]
        var holders: [UUID: [ObjectIdentifier: Socket]] = [:]
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

    func end(_ ended: AccessEnded, of clientID: TenantID) {
        eventLoop.execute {
            for socket in self.index.value.holders[ended.holder.uuid]?.values.map({ $0 }) ?? []
            where socket.grant.principal.clientID == clientID && ended.ends(socket.grant.caller) {
                socket.close(.accessEnded)
            }
        }
    }

    func endBlocked(_ customerID: UUID, of clientID: TenantID) {
        eventLoop.execute {
            for socket in self.index.value.holders[customerID]?.values.map({ $0 }) ?? []
            where socket.grant.principal.clientID == clientID && !socket.grant.isStaff {
                socket.close(.blocked)
            }
        }
    }

    /// One after the other: nobody is asked more than one question at a time for each loop.
    func confirmAll(_ goesOn: @escaping @Sendable (Caller) async -> Bool) {
        eventLoop.execute {
            let sockets = Array(self.index.value.sockets.values)
            Task {
                for socket in sockets where await !goesOn(socket.grant.caller) {
                    socket.eventLoop.execute { socket.close(.accessEnded) }
                }
            }
        }
    }

    // On the event loop

    func add(_ socket: Socket) {
        let index = index.value
        let id = ObjectIdentifier(socket)
        index.sockets[id] = socket
        index.holders[socket.grant.principal.subject.uuid, default: [:]][id] = socket
        if socket.grant.purpose == .realtime { index.staff[socket.grant.principal.clientID, default: [:]][id] = socket }
    }

    func remove(_ socket: Socket) {
        let index = index.value
        let id = ObjectIdentifier(socket)
        index.sockets[id] = nil
        let holder = socket.grant.principal.subject.uuid
        index.holders[holder]?[id] = nil
        if index.holders[holder]?.isEmpty == true { index.holders[holder] = nil }
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
