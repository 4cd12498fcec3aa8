import Bus
import Contracts
import EventLog
import Foundation
import Logging
import NIOCore
import NIOWebSocket

/// One WebSocket. Everything in it happens on its event loop, except what waits for services.
///
/// Messages are stored one after the other, in the order in which they came. A conversation is followed first and its history read
/// then, so that nothing falls between; what both bring is written once.
final class Socket: Sendable {
    /// Only touched on the event loop.
    private final class State {
        /// Of the frame encoder: writing from there skips it, since our frames are encoded already.
        var wire: ChannelHandlerContext?
        var subscriptions: [ConversationID: Subscription] = [:]
        var framesBehind = 0
        var bytesBehind = 0
        var isClosing = false
        var isClosed = false
        var lastHeard = NIODeadline.now()
        var bucket: TokenBucket
        var sends: [AppendMessage] = []
        var isSending = false
        var receipts: [ConversationID: (delivered: Int64?, read: Int64?)] = [:]
        var isReceiptDue = false
        var timers: [RepeatedTask] = []
        var expiry: Scheduled<Void>?

        init(policy: BucketPolicy) {
            bucket = TokenBucket(policy, now: .now)
        }
    }

    /// Seconds after which a token is looked at again, however long it lives: a year of them fits into any timer.
    private static let lifetimeMax: TimeInterval = 365 * 86_400

    let grant: SocketGrant
    let eventLoop: any EventLoop
    private let channel: any NIOCore.Channel
    private let shard: SocketShard
    private let services: SocketServices
    private let limits: SocketLimits
    private let state: NIOLoopBoundBox<State>

    /// On the event loop.
    init(grant: SocketGrant, channel: any NIOCore.Channel, shard: SocketShard, services: SocketServices) {
        self.grant = grant
        self.channel = channel
        self.shard = shard
        self.services = services
        eventLoop = channel.eventLoop
        limits = services.limits
        state = NIOLoopBoundBox(State(policy: services.limits.framesPolicy), eventLoop: channel.eventLoop)
    }

    // Opening and closing

    func opened(wire: ChannelHandlerContext) {
        let state = state.value
        state.wire = wire
        services.counters.open.add(1)
        services.presence.opened(grant)
        shard.add(self)
        // It may have ended while the socket was being opened, before the shard knew of it.
        if services.endings.include(grant.caller) { return close(.accessEnded) }
        state.timers.append(
            eventLoop.scheduleRepeatedTask(initialDelay: limits.pingInterval, delay: limits.pingInterval) { _ in self.ping() })
        state.expiry = eventLoop.scheduleTask(in: .milliseconds(Int64(saturating: min(max(0, grant.lifetime), Self.lifetimeMax) * 1000))) {
            self.close(.tokenExpired)
        }
        switch grant.purpose {
        case .conversation(let id, let after): subscribe(id, after: after)
        case .realtime: announceLive()
        }
    }

    func closed() {
        let state = state.value
        guard !state.isClosed else { return }
        state.isClosed = true
        state.isClosing = true
        state.wire = nil
        state.expiry?.cancel()
        for timer in state.timers { timer.cancel() }
        for subscription in state.subscriptions.values { shard.remove(subscription) }
        state.subscriptions = [:]
        state.sends = []
        shard.remove(self)
        services.presence.closed(grant)
        services.counters.open.add(-1)
    }

    /// Says why, and gives the client a moment to hear it.
    func close(_ reason: CloseReason) {
        let state = state.value
        guard !state.isClosing else { return }
        state.isClosing = true
        for subscription in state.subscriptions.values { shard.remove(subscription) }
        state.subscriptions = [:]
        shard.remove(self)
        if case .readsTooSlowly = reason { services.counters.closedBehind.add() }
        // What has ended says nothing more; what waits of others is stored all the same.
        switch reason {
        case .accessEnded, .blocked: state.sends = []
        default: break
        }
        let channel = channel
        let frame = WireFrame.close(reason.code, reason.sentence)
        state.wire?.writeAndFlush(NIOAny(frame)).whenComplete { _ in channel.close(promise: nil) }
        eventLoop.scheduleTask(in: limits.closePatience) { channel.close(promise: nil) }
    }

    /// The client closed: its own code is its answer, if it is one that may be sent.
    func peerCloses(_ payload: ByteBuffer) {
        let state = state.value
        guard !state.isClosing else { return channel.close(promise: nil) }
        state.isClosing = true
        let channel = channel
        let code = CloseReason.answer(to: payload)
        state.wire?.writeAndFlush(NIOAny(WireFrame.close(code, ""))).whenComplete { _ in channel.close(promise: nil) }
    }

    private func ping() {
        let state = state.value
        if NIODeadline.now() - state.lastHeard > limits.silenceMax { return close(.silent) }
        write(WireFrame.ping())
        flush()
    }

    // Writing

    /// A reader that is too far behind is closed; it resumes by sequence.
    @discardableResult
    func write(_ frame: ByteBuffer) -> EventLoopFuture<Void> {
        let state = state.value
        guard !state.isClosing, let wire = state.wire else { return eventLoop.makeSucceededVoidFuture() }
        let size = frame.readableBytes
        guard state.framesBehind < limits.framesBehindMax, state.bytesBehind + size <= limits.bytesBehindMax else {
            close(.readsTooSlowly)
            return eventLoop.makeSucceededVoidFuture()
        }
        state.framesBehind += 1
        state.bytesBehind += size
        services.counters.framesSent.add()
        let promise = eventLoop.makePromise(of: Void.self)
        let box = self.state
        promise.futureResult.whenComplete { _ in
            box.value.framesBehind -= 1
            box.value.bytesBehind -= size
        }
        wire.write(NIOAny(frame), promise: promise)
        return promise.futureResult
    }

    func flush() {
        state.value.wire?.flush()
    }

    func resync() {
        let state = state.value
        for subscription in state.subscriptions.values { shard.remove(subscription) }
        state.subscriptions = [:]
        write(ServerFrame.make("resync", sequence: nil, through: nil, data: Array("{\"session_id\":null}".utf8)))
        flush()
    }

    private func say(_ type: String, through: Int64? = nil, _ data: JSONValue) { say(type, through: through, data: data) }

    private func say(_ type: String, through: Int64? = nil, data: some Encodable) {
        do {
            write(try ServerFrame.make(type, through: through, data))
            flush()
        } catch {
            services.logger.error("a frame could not be encoded", metadata: ["type": "\(type)"])
            close(.internal)
        }
    }

    private func refuse(_ error: any Error, id: MessageID? = nil, conversation: ConversationID? = nil) {
        let problem = services.problem(error)
        say(
            "error", data: Refused(id: id, sessionID: conversation, problem: problem.document(traceID: grant.trace.traceID)))
    }

    private struct Refused: Encodable {
        let id: MessageID?
        let sessionID: ConversationID?
        let problem: Problem.Document

        private enum CodingKeys: String, CodingKey {
            case id, problem
            case sessionID = "session_id"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(sessionID, forKey: .sessionID)
            try container.encode(problem, forKey: .problem)
        }
    }

    // Hearing

    func heardAnything() {
        state.value.lastHeard = .now()
    }

    func heard(_ text: ByteBuffer) {
        let state = state.value
        guard !state.isClosing else { return }
        services.counters.clientFrames.add()
        var id: MessageID?
        var conversation: ConversationID?
        do {
            if let wait = state.bucket.take(limits.framesPolicy, now: .now) { throw Problem.tooManyRequests(wait) }
            // A page of a newer version may say more than this gateway knows, and its socket outlives an upgrade.
            let frame = try BodyReader.decode(ClientFrame.self, from: text, refusesUnknown: false)
            (id, conversation) = (frame.id, frame.sessionID)
            let sessionID = try frame.required(frame.sessionID, "session_id")
            switch frame.type {
            case "send": try send(frame, sessionID)
            case "subscribe":
                let after = try frame.sequence(frame.after, "after") ?? 0
                guard state.subscriptions.count < limits.subscriptionsMax || state.subscriptions[sessionID] != nil else {
                    throw Problem(
                        .conflict, "too-many-subscriptions", detail: "One socket follows at most \(limits.subscriptionsMax) conversations.")
                }
                subscribe(sessionID, after: after)
            case "unsubscribe": unsubscribe(sessionID)
            case "typing": typing(sessionID, active: try frame.required(frame.active, "active"))
            case "delivered":
                receipt(sessionID, delivered: try frame.required(frame.sequence(frame.through, "through"), "through"), read: nil)
            case "read": receipt(sessionID, delivered: nil, read: try frame.required(frame.sequence(frame.through, "through"), "through"))
            default: throw Problem.body("type", "is none of subscribe, unsubscribe, send, typing, delivered, read")
            }
        } catch {
            refuse(error, id: id, conversation: conversation)
        }
    }

    // Messages

    private func send(_ frame: ClientFrame, _ sessionID: ConversationID) throws {
        let state = state.value
        guard AppendMessage.access.includes(grant.principal.role) else { throw Problem.forbidden(grant.principal.role) }
        guard grant.caller.holds(.conversationsWrite) else { throw Problem.scopeMissing(.conversationsWrite) }
        if !grant.isStaff,
            let wait = services.requestLimits.addresses.take(AddressGroup.of(grant.address)).wait
                ?? services.requestLimits.visitors.take(grant.principal.subject).wait
        {
            throw Problem.tooManyRequests(wait)
        }
        guard state.sends.count < limits.sendsWaitingMax else { throw Problem.tooManyRequests(.seconds(1)) }
        let kind = frame.kind ?? .message
        guard kind == .message || kind == .note else { throw Problem.body("kind", "is neither message nor note") }
        state.sends.append(
            AppendMessage(
                principal: grant.principal, id: try frame.required(frame.id, "id"), sessionID: sessionID, kind: kind,
                text: try frame.required(frame.text, "text"), metadata: frame.metadata ?? [:], expectedSequence: frame.expectedSequence))
        sendNext()
    }

    private func sendNext() {
        let state = state.value
        guard !state.isSending, !state.sends.isEmpty else { return }
        let message = state.sends.removeFirst()
        state.isSending = true
        run { socket in
            let outcome: Result<JSONValue, any Error>
            do {
                outcome = .success(try await socket.services.append(message, trace: socket.grant.trace))
            } catch {
                outcome = .failure(error)
            }
            socket.eventLoop.execute {
                switch outcome {
                case .success(let acknowledgement): socket.say("ack", acknowledgement)
                case .failure(let error): socket.refuse(error, id: message.id, conversation: message.sessionID)
                }
                socket.state.value.isSending = false
                socket.sendNext()
            }
        }
    }

    private func typing(_ sessionID: ConversationID, active: Bool) {
        let report = ReportTyping(principal: grant.principal, sessionID: sessionID, active: active)
        run { socket in await socket.services.tell(report, trace: socket.grant.trace) }
    }

    /// Watermarks only rise, so the latest stands for all that came since the last report.
    private func receipt(_ sessionID: ConversationID, delivered: Int64?, read: Int64?) {
        let state = state.value
        guard AdvanceReceipts.access.includes(grant.principal.role) else { return }
        guard state.receipts[sessionID] != nil || state.receipts.count < limits.subscriptionsMax else { return }
        var marks = state.receipts[sessionID] ?? (nil, nil)
        if let delivered { marks.delivered = max(marks.delivered ?? 0, delivered) }
        if let read { marks.read = max(marks.read ?? 0, read) }
        state.receipts[sessionID] = marks
        guard !state.isReceiptDue else { return }
        state.isReceiptDue = true
        reportReceipts()
        eventLoop.scheduleTask(in: limits.receiptInterval) { self.receiptPauseEnded() }
    }

    private func receiptPauseEnded() {
        let state = state.value
        state.isReceiptDue = !state.receipts.isEmpty
        guard state.isReceiptDue, !state.isClosed else { return }
        reportReceipts()
        eventLoop.scheduleTask(in: limits.receiptInterval) { self.receiptPauseEnded() }
    }

    private func reportReceipts() {
        let state = state.value
        let reports = state.receipts.map { sessionID, marks in
            AdvanceReceipts(
                principal: grant.principal, sessionID: sessionID, deliveredThrough: marks.delivered, readThrough: marks.read)
        }
        state.receipts = [:]
        run { socket in
            for report in reports { await socket.services.tell(report, trace: socket.grant.trace) }
        }
    }

    // Conversations

    /// The company's frames arrive once both logs are followed; the client waits for this before it reads its lists. Where a service
    /// is away the client learns which, and reads anew once it is followed again.
    private func announceLive() {
        run { socket in
            let stale = await socket.services.waitForStreams()
            let names = stale.map(\.stream.rawValue).sorted()
            socket.eventLoop.execute {
                socket.say(
                    "ready", through: 0,
                    ["session_id": .null, "through": 0, "receipts": [], "stale": .array(names.map(JSONValue.string))])
            }
            if !stale.isEmpty { socket.resyncWhenLive(stale) }
        }
    }

    private func resyncWhenLive(_ stale: [LiveFollower]) {
        // Whoever has left in the meantime is not kept for it.
        Task { [weak self] in
            for follower in stale { guard await follower.waitUntilLive() else { return } }
            guard let self else { return }
            eventLoop.execute { self.resync() }
        }
    }

    private func unsubscribe(_ sessionID: ConversationID) {
        guard let subscription = state.value.subscriptions.removeValue(forKey: sessionID) else { return }
        shard.remove(subscription)
    }

    private func subscribe(_ sessionID: ConversationID, after: Int64) {
        let state = state.value
        if let known = state.subscriptions[sessionID] {
            if known.held != nil { return }  // its history is being read; `ready` follows
            if after == known.through { return ready(known, receipts: []) }
            // Behind: it is read again. Ahead: what was not for this client, or a position that is not ours; chat knows which.
            unsubscribe(sessionID)
        }
        let subscription = Subscription(sessionID, socket: self, through: after)
        state.subscriptions[sessionID] = subscription
        shard.add(subscription)
        readHistory(sessionID, after: after)
    }

    private func readHistory(_ sessionID: ConversationID, after: Int64) {
        run { socket in
            do {
                try await socket.services.waitForConversations()
                let page = try await socket.services.history(
                    ReadEntries(principal: socket.grant.principal, sessionID: sessionID, after: after, limit: socket.limits.historyPage),
                    trace: socket.grant.trace)
                let written = try await socket.eventLoop.submit { socket.replay(page, of: sessionID, after: after) }.get()
                // The next page waits until the reader has this one: history may be far longer than what a reader may be behind.
                guard let written else { return }
                try await written.get()
                socket.eventLoop.execute { socket.continueHistory(page, of: sessionID, after: after) }
            } catch {
                socket.eventLoop.execute { socket.historyFailed(sessionID, error) }
            }
        }
    }

    /// - Returns: what completes when the page is on its way; nil if nobody waits for it any more.
    private func replay(_ page: ConversationEntries, of sessionID: ConversationID, after: Int64) -> EventLoopFuture<Void>? {
        guard let subscription = state.value.subscriptions[sessionID], subscription.held != nil, subscription.through == after else {
            return nil
        }
        guard page.through >= after else {
            beginAnew(sessionID)
            return nil
        }
        var written = eventLoop.makeSucceededVoidFuture()
        for entry in page.entries where entry.sequence > subscription.through {
            guard let allowed = AllowedEvents.find(Subject(rawValue: entry.subject)), allowed.audience >= grant.audience else { continue }
            written = write(
                ServerFrame.make(allowed.frame, sequence: entry.sequence, through: entry.sequence, data: Array(entry.payload.utf8)))
            subscription.through = entry.sequence
        }
        subscription.through = max(subscription.through, page.through)
        flush()
        return written
    }

    /// The client has seen more than there is: a backup was restored, or it comes from another server.
    private func beginAnew(_ sessionID: ConversationID) {
        unsubscribe(sessionID)
        say("resync", ["session_id": .string(sessionID.description)])
    }

    private func continueHistory(_ page: ConversationEntries, of sessionID: ConversationID, after: Int64) {
        let state = state.value
        guard let subscription = state.subscriptions[sessionID], let held = subscription.held, !state.isClosing else { return }
        if !page.isComplete, subscription.through > after { return readHistory(sessionID, after: subscription.through) }
        if subscription.overflowed {
            subscription.overflowed = false
            subscription.held = []
            return readHistory(sessionID, after: subscription.through)
        }
        ready(subscription, receipts: page.receipts)
        subscription.held = nil
        for frame in held where subscription.isNew(frame) { write(frame.wire) }
        flush()
    }

    private func historyFailed(_ sessionID: ConversationID, _ error: any Error) {
        guard let subscription = state.value.subscriptions[sessionID], subscription.held != nil else { return }
        unsubscribe(sessionID)
        refuse(error, conversation: sessionID)
        // Blocked while the socket was being opened, before the shard knew of it.
        if (error as? ChatError) == .customerBlocked { return close(.blocked) }
        // A socket for this one conversation is of no use without it; a new one resumes by sequence.
        if case .conversation(sessionID, _) = grant.purpose, services.problem(error).status.code >= 500 { close(.internal) }
    }

    private func ready(_ subscription: Subscription, receipts: [Receipt]) {
        do {
            let data = SocketReady(sessionID: subscription.conversationID, through: subscription.through, receipts: receipts)
            write(ServerFrame.make("ready", sequence: nil, through: subscription.through, data: try JSON.encode(data)))
            flush()
        } catch {
            services.logger.error("a frame could not be encoded", metadata: ["type": "ready"])
            close(.internal)
        }
    }

    private func run(_ work: @escaping @Sendable (Socket) async -> Void) {
        Task { await work(self) }
    }
}

/// The data of a `ready` frame.
struct SocketReady: Encodable {
    let sessionID: ConversationID
    let through: Int64
    let receipts: [Receipt]

    private enum CodingKeys: String, CodingKey {
        case sessionID = "session_id"
        case through, receipts
    }
}
