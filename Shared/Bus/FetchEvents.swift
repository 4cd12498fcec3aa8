import Contracts
import Foundation

/// Asks a stream's service, any replica, for the events of one partition after a position.
/// Travels as an ordinary request with subject ``subject``, addressed to the service named like the stream; its payload
/// and its reply's are binary.
package struct FetchEvents: Sendable, Equatable {
    package static let subject: Subject = "log.fetch"
    /// Events per page: enough that a consumer behind catches up at tens of thousands per second, small enough to build at once.
    package static let eventsMax = 500
    /// Bytes per page, as counted by ``EventFrame/wireSize``. One event is answered even if it alone is longer.
    package static let bytesMax = 1024 * 1024

    package let stream: StreamName
    /// The history the asker follows; nil if it has seen none yet and takes whichever there is.
    package let epoch: UUID?
    package let partition: Int
    /// The last sequence the asker has; 0 for none.
    package let after: Int64
    /// 0 asks for the head only.
    package let maxEvents: Int
    package let maxBytes: Int
    /// Whether the asker reads events' contexts. An older one does not, and gets its events without; an older service refuses the
    /// question as malformed, and is asked again as it can read it.
    package let readsContext: Bool

    package init(
        stream: StreamName, epoch: UUID?, partition: Int, after: Int64, maxEvents: Int = FetchEvents.eventsMax,
        maxBytes: Int = FetchEvents.bytesMax, readsContext: Bool = true
    ) {
        self.stream = stream
        self.epoch = epoch
        self.partition = partition
        self.after = after
        self.maxEvents = min(max(0, maxEvents), Self.eventsMax)
        self.maxBytes = min(max(0, maxBytes), Self.bytesMax)
        self.readsContext = readsContext
    }

    private enum Flags {
        static let epoch: UInt8 = 1
        static let readsContext: UInt8 = 2
    }

    fileprivate var asOlderServicesReadIt: FetchEvents {
        FetchEvents(
            stream: stream, epoch: epoch, partition: partition, after: after, maxEvents: maxEvents, maxBytes: maxBytes, readsContext: false)
    }

    /// What can be answered from the head alone, without reading events.
    /// - Parameters:
    ///   - head: where the log stands, read from the primary.
    ///   - oldest: the first sequence still kept; 1 if nothing was ever removed.
    /// - Returns: nil if events after ``after`` are to be read.
    package func answer(epoch: UUID, head: Int64, oldest: Int64) -> FetchedEvents? {
        // A head behind the asker means that a tail was lost, even if nobody changed the epoch.
        if let own = self.epoch, own != epoch { return .diverged(epoch: epoch, head: head) }
        if after > head { return .diverged(epoch: epoch, head: head) }
        if after == head || maxEvents == 0 { return .events([], epoch: epoch, head: head) }
        if after + 1 < oldest { return .truncated(epoch: epoch, oldest: oldest, head: head) }
        return nil
    }

    package func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        writer.integer(UInt8(1))
        writer.integer((epoch == nil ? 0 : Flags.epoch) | (readsContext ? Flags.readsContext : 0))
        writer.uuid(epoch ?? .zero)
        writer.integer(UInt16(partition))
        writer.integer(after)
        writer.integer(UInt32(maxEvents))
        writer.integer(UInt32(maxBytes))
        writer.integer(UInt8(stream.rawValue.utf8.count))
        writer.text(stream.rawValue)
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(MalformedFrame) {
        self = try withReader(bytes) { (reader) throws(MalformedFrame) in
            guard try reader.integer(UInt8.self) == 1 else { throw MalformedFrame("unknown version of a fetch") }
            let flags = try reader.integer(UInt8.self)
            guard flags & ~(Flags.epoch | Flags.readsContext) == 0 else { throw MalformedFrame("unknown flags") }
            let epoch = try reader.uuid()
            let partition = Int(try reader.integer(UInt16.self))
            let after = try reader.sequence()
            let maxEvents = Int(try reader.integer(UInt32.self))
            let maxBytes = Int(try reader.integer(UInt32.self))
            let count = Int(try reader.integer(UInt8.self))
            guard count > 0, partition < WireLimits.partitionsMax else { throw MalformedFrame("a fetch of nothing") }
            let stream = try reader.token(count: count, max: WireLimits.nameMax, "stream")
            try reader.expectEnd()
            return FetchEvents(
                stream: StreamName(rawValue: stream), epoch: flags & Flags.epoch == 0 ? nil : epoch, partition: partition, after: after,
                maxEvents: maxEvents, maxBytes: maxBytes, readsContext: flags & Flags.readsContext != 0)
        }
    }
}

/// The answer to ``FetchEvents``, read from the primary in one snapshot.
package enum FetchedEvents: Sendable, Equatable {
    /// Contiguous from `after + 1`; as many as fit. `head` is the partition's last sequence.
    case events([EventFrame], epoch: UUID, head: Int64)
    /// The log's history is not the asker's: another epoch, or shorter than what the asker has. Its partition stops and alarms.
    case diverged(epoch: UUID, head: Int64)
    /// The events after the asker's position are not kept any more; `oldest` is the first that is.
    case truncated(epoch: UUID, oldest: Int64, head: Int64)
    /// Too many fetches at once.
    case busy(retryAfter: Duration)

    /// - Parameter withContext: ``FetchEvents/readsContext`` of who asked.
    package func encoded(withContext: Bool = true) -> [UInt8] {
        switch self {
        case .events(let events, let epoch, let head):
            var writer = ByteWriter(capacity: 64 + events.reduce(0) { $0 + $1.wireSize })
            writer.integer(UInt8(1))
            writer.integer(UInt8(0))
            writer.uuid(epoch)
            writer.integer(head)
            writer.integer(UInt32(events.count))
            for event in events { event.write(to: &writer, withContext: withContext) }
            return writer.bytes
        case .diverged(let epoch, let head):
            var writer = ByteWriter(capacity: 26)
            writer.integer(UInt8(1))
            writer.integer(UInt8(1))
            writer.uuid(epoch)
            writer.integer(head)
            return writer.bytes
        case .truncated(let epoch, let oldest, let head):
            var writer = ByteWriter(capacity: 34)
            writer.integer(UInt8(1))
            writer.integer(UInt8(2))
            writer.uuid(epoch)
            writer.integer(oldest)
            writer.integer(head)
            return writer.bytes
        case .busy(let retryAfter):
            var writer = ByteWriter(capacity: 6)
            writer.integer(UInt8(1))
            writer.integer(UInt8(3))
            writer.integer(retryAfter.wholeMilliseconds)
            return writer.bytes
        }
    }

    package init(decoding bytes: [UInt8]) throws(MalformedFrame) {
        self = try withReader(bytes) { (reader) throws(MalformedFrame) in
            guard try reader.integer(UInt8.self) == 1 else { throw MalformedFrame("unknown version of a page") }
            let status = try reader.integer(UInt8.self)
            let page: FetchedEvents
            switch status {
            case 0:
                let epoch = try reader.uuid()
                let head = try reader.sequence()
                let count = Int(try reader.integer(UInt32.self))
                guard count <= FetchEvents.eventsMax else { throw MalformedFrame("a page of \(count) events") }
                var events: [EventFrame] = []
                events.reserveCapacity(count)
                for _ in 0..<count { events.append(try EventFrame(from: &reader)) }
                page = .events(events, epoch: epoch, head: head)
            case 1:
                page = .diverged(epoch: try reader.uuid(), head: try reader.sequence())
            case 2:
                page = .truncated(epoch: try reader.uuid(), oldest: try reader.sequence(), head: try reader.sequence())
            case 3:
                page = .busy(retryAfter: .milliseconds(Int64(try reader.integer(UInt32.self))))
            default:
                throw MalformedFrame("unknown status \(status) of a page")
            }
            try reader.expectEnd()
            return page
        }
    }
}

extension Bus {
    /// Asks the stream's service, any ready replica.
    /// - Parameter budget: short, because the consumer asks again by itself.
    package func fetch(_ request: FetchEvents, budget: Duration = .seconds(2)) async throws(BusError) -> FetchedEvents {
        do {
            return try await ask(request, budget: budget)
        } catch .malformed where request.readsContext {
            return try await ask(request.asOlderServicesReadIt, budget: budget)
        }
    }

    private func ask(_ request: FetchEvents, budget: Duration) async throws(BusError) -> FetchedEvents {
        let envelope = RequestEnvelope(
            subject: FetchEvents.subject, key: .random(), budget: budget, clientID: nil, traceparent: nil, payload: request.encoded())
        let reply = try await self.request(envelope, to: request.stream)
        do {
            return try FetchedEvents(decoding: reply)
        } catch {
            throw BusError.malformed("\(FetchEvents.subject): \(error)")
        }
    }
}

/// Lets `body` read `bytes`, which stay alive and unchanged for that long.
func withReader<Result>(
    _ bytes: [UInt8], _ body: (inout ByteReader) throws(MalformedFrame) -> Result
) throws(MalformedFrame) -> Result {
    let outcome = bytes.withUnsafeBytes { buffer -> Swift.Result<Result, MalformedFrame> in
        var reader = ByteReader(buffer)
        do throws(MalformedFrame) {
            return .success(try body(&reader))
        } catch {
            return .failure(error)
        }
    }
    return try outcome.get()
}

extension Duration {
    /// For the wire: 0 … about 49 days, rounded down. Negative durations are 0.
    var wholeMilliseconds: UInt32 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds <= Int64(UInt32.max / 1000) else { return .max }
        return UInt32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
