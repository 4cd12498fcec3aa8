import Contracts
import Foundation

/// Everything that crosses a socket.
///
/// A frame is one ZeroMQ message part: on PUB/SUB its ``Topic``, then, everywhere, four bytes `magic, version, kind, flags` and the
/// kind's own fields: first those of fixed size, then the variable ones. Numbers are big-endian. Decoding takes any bytes: what is
/// not exactly a frame throws ``MalformedFrame``.
package enum WireFrame: Sendable, Equatable {
    case event(EventFrame)
    case beacon(Beacon)
    case ephemeral(EphemeralFrame)
    case hello(PeerIdentity)
    case ping(nonce: UInt64)
    case pong(nonce: UInt64, PeerIdentity)
    case request(RequestFrame)
    case reply(ReplyFrame)

    /// Not ASCII, so that it ends the topic.
    static let magic: UInt8 = 0xb5
    static let version: UInt8 = 1

    enum Kind: UInt8 {
        case event = 1
        case beacon = 2
        case ephemeral = 3
        case request = 4
        case reply = 5
        case ping = 6
        case pong = 7
        case hello = 8
    }
}

/// One attempt at a request.
package struct RequestFrame: Sendable, Equatable {
    /// The asker's own number; the reply repeats it. The same for all attempts.
    package let number: UInt64
    package let attempt: UInt8
    /// `budget` is what is left when the frame is sent.
    package let envelope: RequestEnvelope

    package init(number: UInt64, attempt: UInt8, envelope: RequestEnvelope) {
        self.number = number
        self.attempt = attempt
        self.envelope = envelope
    }
}

package struct ReplyFrame: Sendable, Equatable {
    package let number: UInt64
    package let attempt: UInt8
    package let answer: Answer

    package init(number: UInt64, attempt: UInt8, answer: Answer) {
        self.number = number
        self.attempt = attempt
        self.answer = answer
    }
}

// MARK: Encoding

extension WireFrame {
    package func encoded() -> [UInt8] {
        switch self {
        case .event(let event):
            var writer = Self.writer(
                .event, topic: Topic.event(event.header.stream, partition: event.header.partition), size: event.wireSize)
            event.write(to: &writer)
            return writer.bytes
        case .beacon(let beacon):
            var writer = Self.writer(.beacon, topic: Topic.beacon(beacon.stream), size: 20 + 8 * beacon.heads.count + WireLimits.nameMax)
            writer.uuid(beacon.epoch)
            writer.integer(UInt16(beacon.heads.count))
            writer.integer(UInt8(beacon.stream.rawValue.utf8.count))
            writer.text(beacon.stream.rawValue)
            for head in beacon.heads { writer.integer(head) }
            return writer.bytes
        case .ephemeral(let frame):
            var writer = Self.writer(
                .ephemeral, topic: Topic.ephemeral(frame.stream), size: 48 + 2 * Subject.lengthMax + frame.payload.count)
            writer.integer(frame.audience.rawValue)
            writer.uuid(frame.clientID.uuid)
            writer.uuid(frame.key)
            writer.integer(UInt32(frame.payload.count))
            writer.integer(UInt8(frame.stream.rawValue.utf8.count))
            writer.integer(UInt8(frame.subject.rawValue.utf8.count))
            writer.text(frame.stream.rawValue)
            writer.text(frame.subject.rawValue)
            writer.array(frame.payload)
            return writer.bytes
        case .hello(let identity):
            // The topic is there on PUB and on DEALER alike: a frame has one form.
            var writer = Self.writer(.hello, topic: Topic.hello, size: 24 + WireLimits.nameMax)
            writer.identity(identity)
            return writer.bytes
        case .ping(let nonce):
            var writer = Self.writer(.ping, size: 8)
            writer.integer(nonce)
            return writer.bytes
        case .pong(let nonce, let identity):
            var writer = Self.writer(.pong, size: 32 + WireLimits.nameMax)
            writer.integer(nonce)
            writer.identity(identity)
            return writer.bytes
        case .request(let request):
            var bytes = Self.encode(request.envelope)
            Self.address(&bytes, number: request.number, attempt: request.attempt, budget: request.envelope.budget)
            return bytes
        case .reply(let reply):
            return Self.encode(reply)
        }
    }

    private static func writer(_ kind: Kind, topic: String = "", size: Int) -> ByteWriter {
        var writer = ByteWriter(capacity: topic.utf8.count + 4 + size)
        writer.text(topic)
        writer.integer(magic)
        writer.integer(version)
        writer.integer(kind.rawValue)
        writer.integer(UInt8(0))
        return writer
    }

    /// A request's frame, complete but for number, attempt and budget: see ``address(_:number:attempt:budget:)``.
    /// The asker's thread encodes; the bus's thread fills in these three, again for each attempt.
    package static func encode(_ envelope: RequestEnvelope) -> [UInt8] {
        let traceparent = envelope.traceparent.flatMap { $0.utf8.count <= WireLimits.traceparentMax && $0.isToken ? $0 : nil }
        var writer = writer(.request, size: 96 + 2 * Subject.lengthMax + envelope.payload.count)
        writer.integer(UInt64(0))
        writer.integer(UInt8(0))
        writer.integer(UInt32(0))
        writer.array(envelope.key.bytes)
        writer.integer(
            UInt8(envelope.clientID == nil ? 0 : 1) | UInt8(traceparent == nil ? 0 : 2) | UInt8(envelope.keyedContent == nil ? 0 : 4))
        writer.uuid(envelope.clientID?.uuid ?? .zero)
        writer.integer(UInt32(envelope.payload.count))
        writer.integer(UInt8(envelope.subject.rawValue.utf8.count))
        writer.integer(UInt8(traceparent?.utf8.count ?? 0))
        writer.text(envelope.subject.rawValue)
        writer.text(traceparent ?? "")
        writer.array(envelope.keyedContent ?? [])
        writer.array(envelope.payload)
        return writer.bytes
    }

    /// - Precondition: `bytes` is what ``encode(_:)`` returned.
    static func address(_ bytes: inout [UInt8], number: UInt64, attempt: UInt8, budget: Duration) {
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: number.bigEndian, toByteOffset: 4, as: UInt64.self)
            $0[12] = attempt
            $0.storeBytes(of: budget.wholeMilliseconds.bigEndian, toByteOffset: 13, as: UInt32.self)
        }
    }

    fileprivate enum Status {
        static let reply: UInt8 = 0
        static let refused: UInt8 = 1
        static let malformed: UInt8 = 2
        static let unknownSubject: UInt8 = 3
        static let `internal`: UInt8 = 4
        static let overloaded: UInt8 = 5
        static let unavailable: UInt8 = 6
        static let deadlineExceeded: UInt8 = 7
        static let cancelled: UInt8 = 8
    }

    static func encode(_ reply: ReplyFrame) -> [UInt8] {
        var retryAfter: Duration = .zero
        let status: UInt8
        let payload: [UInt8]
        func cut(_ text: String) -> [UInt8] { Array(text.utf8.prefix(WireLimits.failureTextMax)) }
        func write(_ refusal: Refusal) -> (UInt8, [UInt8]) {
            do {
                return (Status.refused, try JSON.encode(refusal))
            } catch {
                return (Status.malformed, cut("the refusal \(refusal.code) cannot be written: \(error)"))
            }
        }
        switch reply.answer {
        case .reply(let bytes): (status, payload) = (Status.reply, bytes)
        case .refusal(let refusal), .failure(.refused(let refusal)): (status, payload) = write(refusal)
        case .failure(.malformed(let text)): (status, payload) = (Status.malformed, cut(text))
        case .failure(.unknownSubject(let subject)): (status, payload) = (Status.unknownSubject, cut(subject.rawValue))
        case .failure(.internal(let incident)): (status, payload) = (Status.internal, cut(incident))
        case .failure(.overloaded(let pause)): (status, payload, retryAfter) = (Status.overloaded, [], pause)
        case .failure(.unavailable(let pause)): (status, payload, retryAfter) = (Status.unavailable, [], pause)
        // To those further away it is a question whose outcome is not known; older ones know no other word for it.
        case .failure(.deadlineExceeded), .failure(.replicasLost): (status, payload) = (Status.deadlineExceeded, [])
        case .failure(.cancelled): (status, payload) = (Status.cancelled, [])
        }
        var writer = writer(.reply, size: 18 + payload.count)
        writer.integer(reply.number)
        writer.integer(reply.attempt)
        writer.integer(status)
        writer.integer(retryAfter.wholeMilliseconds)
        writer.integer(UInt32(payload.count))
        writer.array(payload)
        return writer.bytes
    }
}

// MARK: Decoding

extension WireFrame {
    package init(decoding bytes: [UInt8]) throws(MalformedFrame) {
        self = try withReader(bytes) { (reader) throws(MalformedFrame) in try WireFrame(from: &reader) }
    }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(MalformedFrame) {
        var reader = ByteReader(bytes)
        self = try WireFrame(from: &reader)
    }

    private init(from reader: inout ByteReader) throws(MalformedFrame) {
        var topicCount = 0
        var byte = try reader.integer(UInt8.self)
        while byte != Self.magic {
            guard byte >= 0x21, byte <= 0x7e else { throw MalformedFrame("begins with neither a topic nor our magic byte") }
            topicCount += 1
            guard topicCount <= WireLimits.topicMax else { throw MalformedFrame("topic is longer than \(WireLimits.topicMax) bytes") }
            byte = try reader.integer(UInt8.self)
        }
        guard try reader.integer(UInt8.self) == Self.version else { throw MalformedFrame("unknown version") }
        guard let kind = Kind(rawValue: try reader.integer(UInt8.self)) else { throw MalformedFrame("unknown kind") }
        guard try reader.integer(UInt8.self) == 0 else { throw MalformedFrame("unknown flags") }
        switch kind {
        case .event: self = .event(try EventFrame(from: &reader))
        case .beacon: self = .beacon(try Beacon(from: &reader))
        case .ephemeral: self = .ephemeral(try EphemeralFrame(from: &reader))
        case .hello: self = .hello(try reader.identity())
        case .ping: self = .ping(nonce: try reader.integer())
        case .pong: self = .pong(nonce: try reader.integer(), try reader.identity())
        case .request: self = .request(try RequestFrame(from: &reader))
        case .reply: self = .reply(try ReplyFrame(from: &reader))
        }
        try reader.expectEnd()
    }
}

extension Beacon {
    fileprivate init(from reader: inout ByteReader) throws(MalformedFrame) {
        let epoch = try reader.uuid()
        let count = Int(try reader.integer(UInt16.self))
        guard (1...WireLimits.partitionsMax).contains(count) else { throw MalformedFrame("beacon of \(count) partitions") }
        let nameCount = Int(try reader.integer(UInt8.self))
        guard nameCount > 0 else { throw MalformedFrame("no name") }
        let stream = try reader.token(count: nameCount, max: WireLimits.nameMax, "stream")
        guard reader.remaining == count * 8 else { throw MalformedFrame("beacon of another length") }
        var heads: [Int64] = []
        heads.reserveCapacity(count)
        for _ in 0..<count { heads.append(try reader.sequence()) }
        self.init(stream: StreamName(rawValue: stream), epoch: epoch, heads: heads)
    }
}

extension EphemeralFrame {
    fileprivate init(from reader: inout ByteReader) throws(MalformedFrame) {
        guard let audience = Audience(rawValue: try reader.integer()) else { throw MalformedFrame("unknown audience") }
        let clientID = TenantID(try reader.uuid())
        let key = try reader.uuid()
        let payloadCount = Int(try reader.integer(UInt32.self))
        guard payloadCount <= WireLimits.payloadMax else { throw MalformedFrame("payload of \(payloadCount) bytes") }
        let streamCount = Int(try reader.integer(UInt8.self))
        let subjectCount = Int(try reader.integer(UInt8.self))
        guard streamCount > 0, subjectCount > 0 else { throw MalformedFrame("no name") }
        let stream = try reader.token(count: streamCount, max: WireLimits.nameMax, "stream")
        let subject = try reader.token(count: subjectCount, max: Subject.lengthMax, "subject")
        self.init(
            stream: StreamName(rawValue: stream), subject: Subject(rawValue: subject), audience: audience, clientID: clientID, key: key,
            payload: try reader.array(count: payloadCount))
    }
}

extension RequestFrame {
    fileprivate init(from reader: inout ByteReader) throws(MalformedFrame) {
        let number = try reader.integer(UInt64.self)
        let attempt = try reader.integer(UInt8.self)
        let budget = Duration.milliseconds(Int64(try reader.integer(UInt32.self)))
        let key = RequestKey(bytes: try reader.array(count: 16))
        let presence = try reader.integer(UInt8.self)
        guard presence & ~7 == 0 else { throw MalformedFrame("unknown flags") }
        let clientID = TenantID(try reader.uuid())
        let payloadCount = Int(try reader.integer(UInt32.self))
        guard payloadCount <= WireLimits.payloadMax else { throw MalformedFrame("payload of \(payloadCount) bytes") }
        let subjectCount = Int(try reader.integer(UInt8.self))
        guard subjectCount > 0 else { throw MalformedFrame("no subject") }
        let traceparentCount = Int(try reader.integer(UInt8.self))
        let subject = try reader.token(count: subjectCount, max: Subject.lengthMax, "subject")
        let traceparent = try reader.token(count: traceparentCount, max: WireLimits.traceparentMax, "traceparent")
        let keyedContent = presence & 4 == 0 ? nil : try reader.array(count: RequestEnvelope.keyedContentSize)
        self.init(
            number: number, attempt: attempt,
            envelope: RequestEnvelope(
                subject: Subject(rawValue: subject), key: key, budget: budget, clientID: presence & 1 == 0 ? nil : clientID,
                traceparent: presence & 2 == 0 ? nil : traceparent, keyedContent: keyedContent,
                payload: try reader.array(count: payloadCount)))
    }
}

extension ReplyFrame {
    fileprivate init(from reader: inout ByteReader) throws(MalformedFrame) {
        let number = try reader.integer(UInt64.self)
        let attempt = try reader.integer(UInt8.self)
        let status = try reader.integer(UInt8.self)
        let retryAfter = Duration.milliseconds(Int64(try reader.integer(UInt32.self)))
        let count = Int(try reader.integer(UInt32.self))
        guard count <= WireLimits.replyPayloadMax else { throw MalformedFrame("payload of \(count) bytes") }
        let answer: Answer
        switch status {
        case WireFrame.Status.reply:
            answer = .reply(try reader.array(count: count))
        case WireFrame.Status.refused:
            let json = try reader.array(count: count)
            do {
                answer = .refusal(try JSON.decode(Refusal.self, from: json))
            } catch {
                throw MalformedFrame("a refusal that cannot be read")
            }
        case WireFrame.Status.malformed: answer = .failure(.malformed(try reader.text(count: count)))
        case WireFrame.Status.unknownSubject:
            answer = .failure(.unknownSubject(Subject(rawValue: try reader.token(count: count, max: Subject.lengthMax, "subject"))))
        case WireFrame.Status.internal: answer = .failure(.internal(incident: try reader.text(count: count)))
        case WireFrame.Status.overloaded: answer = .failure(.overloaded(retryAfter: retryAfter))
        case WireFrame.Status.unavailable: answer = .failure(.unavailable(retryAfter: retryAfter))
        case WireFrame.Status.deadlineExceeded: answer = .failure(.deadlineExceeded)
        case WireFrame.Status.cancelled: answer = .failure(.cancelled)
        default: throw MalformedFrame("unknown status \(status)")
        }
        self.init(number: number, attempt: attempt, answer: answer)
    }
}

// MARK: Identity

extension ByteWriter {
    fileprivate mutating func identity(_ identity: PeerIdentity) {
        uuid(identity.instance)
        integer(UInt16(clamping: identity.replica))
        integer(UInt8(identity.isReady ? 1 : 0) | UInt8(identity.isDraining ? 2 : 0))
        integer(UInt8(identity.service.rawValue.utf8.count))
        text(identity.service.rawValue)
    }
}

extension ByteReader {
    fileprivate mutating func identity() throws(MalformedFrame) -> PeerIdentity {
        let instance = try uuid()
        let replica = Int(try integer(UInt16.self))
        let state = try integer(UInt8.self)
        guard state & ~3 == 0 else { throw MalformedFrame("unknown flags") }
        let count = Int(try integer(UInt8.self))
        guard count > 0 else { throw MalformedFrame("no name") }
        let service = try token(count: count, max: WireLimits.nameMax, "service")
        return PeerIdentity(
            service: ServiceName(rawValue: service), replica: replica, instance: instance, isReady: state & 1 != 0,
            isDraining: state & 2 != 0)
    }
}
