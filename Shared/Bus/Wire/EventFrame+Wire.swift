import Contracts
import Foundation

extension EventFrame {
    /// Bytes of the fixed part: see ``write(to:)``.
    private static let fixedSize = 2 + 1 + 1 + 2 + 4 + 8 + 16 + 16 + 16 + 16 + 8 + 8 + 1 + 1 + 1

    private enum Presence {
        static let clientID: UInt8 = 1
        static let keySequence: UInt8 = 2
        static let traceparent: UInt8 = 4
        /// Two bytes of length and the context follow the payload. Who reads no such frame takes it for a lost one, asks for it at
        /// the next beacon and gets it without (``FetchEvents/readsContext``).
        static let context: UInt8 = 8
        static let all: UInt8 = 15
    }

    /// What this event takes on the wire and in a fetched page. A fetch's `maxBytes` counts it.
    package var wireSize: Int {
        (header.context.isEmpty ? 0 : 2 + header.context.count) + Self.fixedSize + header.stream.rawValue.utf8.count
            + header.subject.rawValue.utf8.count
            + (header.traceparent.map { min($0.utf8.count, WireLimits.traceparentMax) } ?? 0) + payload.count
    }

    /// Says why this event cannot travel, before its transaction commits.
    package func validate() throws(MalformedFrame) {
        guard payload.count <= WireLimits.payloadMax else {
            throw MalformedFrame("\(header.subject) has \(payload.count) bytes of payload; at most \(WireLimits.payloadMax) travel")
        }
        guard header.context.count <= WireLimits.contextMax else {
            throw MalformedFrame("\(header.subject) has \(header.context.count) bytes of context; at most \(WireLimits.contextMax) travel")
        }
        guard header.subject.isNameable, header.stream.isNameable else {
            throw MalformedFrame("names have 1 to \(Subject.lengthMax) (streams: \(WireLimits.nameMax)) visible ASCII characters")
        }
        guard (0..<WireLimits.partitionsMax).contains(header.partition), (1...WireLimits.sequenceMax).contains(header.partitionSequence)
        else {
            throw MalformedFrame("partition \(header.partition), sequence \(header.partitionSequence) is no place in a log")
        }
    }

    /// - Parameter withContext: false for a reader that knows of none.
    package func write(to writer: inout ByteWriter, withContext: Bool = true) {
        let context = withContext ? header.context : []
        // A trace context that is too long is not ours to cut: it is left out.
        let traceparent = header.traceparent.flatMap { $0.utf8.count <= WireLimits.traceparentMax && $0.isToken ? $0 : nil }
        var presence: UInt8 = 0
        if header.clientID != nil { presence |= Presence.clientID }
        if header.keySequence != nil { presence |= Presence.keySequence }
        if traceparent != nil { presence |= Presence.traceparent }
        if !context.isEmpty { presence |= Presence.context }
        writer.integer(UInt16(header.partition))
        writer.integer(header.audience.rawValue)
        writer.integer(presence)
        writer.integer(header.version)
        writer.integer(UInt32(payload.count))
        writer.integer(header.partitionSequence)
        writer.uuid(header.epoch)
        writer.uuid(header.eventID.uuid)
        writer.uuid(header.key)
        writer.uuid(header.clientID?.uuid ?? .zero)
        writer.integer(header.keySequence ?? 0)
        writer.integer(header.occurredAt.microseconds)
        writer.integer(UInt8(header.stream.rawValue.utf8.count))
        writer.integer(UInt8(header.subject.rawValue.utf8.count))
        writer.integer(UInt8(traceparent?.utf8.count ?? 0))
        writer.text(header.stream.rawValue)
        writer.text(header.subject.rawValue)
        writer.text(traceparent ?? "")
        writer.array(payload)
        if !context.isEmpty {
            writer.integer(UInt16(clamping: context.count))
            writer.array(context)
        }
    }

    init(from reader: inout ByteReader) throws(MalformedFrame) {
        let partition = Int(try reader.integer(UInt16.self))
        guard partition < WireLimits.partitionsMax else { throw MalformedFrame("partition \(partition)") }
        guard let audience = Audience(rawValue: try reader.integer()) else { throw MalformedFrame("unknown audience") }
        let presence = try reader.integer(UInt8.self)
        guard presence & ~Presence.all == 0 else { throw MalformedFrame("unknown flags") }
        let version = try reader.integer(UInt16.self)
        let payloadCount = Int(try reader.integer(UInt32.self))
        guard payloadCount <= WireLimits.payloadMax else { throw MalformedFrame("payload of \(payloadCount) bytes") }
        let partitionSequence = try reader.sequence()
        guard partitionSequence > 0 else { throw MalformedFrame("sequence \(partitionSequence)") }
        let epoch = try reader.uuid()
        let eventID = EventID(try reader.uuid())
        let key = try reader.uuid()
        let clientID = TenantID(try reader.uuid())
        let keySequence = try reader.integer(Int64.self)
        let occurredAt = Date(microseconds: try reader.integer(Int64.self))
        let streamCount = Int(try reader.integer(UInt8.self))
        let subjectCount = Int(try reader.integer(UInt8.self))
        let traceparentCount = Int(try reader.integer(UInt8.self))
        guard streamCount > 0, subjectCount > 0 else { throw MalformedFrame("no name") }
        let stream = try reader.token(count: streamCount, max: WireLimits.nameMax, "stream")
        let subject = try reader.token(count: subjectCount, max: Subject.lengthMax, "subject")
        let traceparent = try reader.token(count: traceparentCount, max: WireLimits.traceparentMax, "traceparent")
        let payload = try reader.array(count: payloadCount)
        var context: [UInt8] = []
        if presence & Presence.context != 0 {
            let count = Int(try reader.integer(UInt16.self))
            guard (1...WireLimits.contextMax).contains(count) else { throw MalformedFrame("context of \(count) bytes") }
            context = try reader.array(count: count)
        }
        self.init(
            header: Header(
                stream: StreamName(rawValue: stream), partition: partition, partitionSequence: partitionSequence, epoch: epoch,
                eventID: eventID, subject: Subject(rawValue: subject), version: version, audience: audience,
                clientID: presence & Presence.clientID == 0 ? nil : clientID, key: key,
                keySequence: presence & Presence.keySequence == 0 ? nil : keySequence, occurredAt: occurredAt,
                traceparent: presence & Presence.traceparent == 0 ? nil : traceparent, context: context),
            payload: payload)
    }
}

extension UUID {
    static let zero = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}

extension String {
    /// Visible ASCII without spaces.
    var isToken: Bool { utf8.allSatisfy { (0x21...0x7e).contains($0) } }
}
