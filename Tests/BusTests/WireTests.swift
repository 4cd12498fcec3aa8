import Bus
import Contracts
import Foundation
import Testing

@Suite struct `A frame` {
    static let refusal = Refusal(code: "sold-out", details: ["left": 0, "names": ["a", nil], "deep": ["x": true]])
    static let identity = PeerIdentity(service: .orders, replica: 2, instance: .firstEpoch, isReady: true, isDraining: false)

    /// One of each kind, and each variant of a kind.
    static let examples: [WireFrame] = {
        let answers: [Answer] = [
            .reply([]), .reply([1, 2, 3]), .refusal(refusal), .failure(.malformed("not like this")),
            .failure(.unknownSubject("orders.nothing")), .failure(.internal(incident: "17")),
            .failure(.overloaded(retryAfter: .milliseconds(100))), .failure(.unavailable(retryAfter: .seconds(2))),
            .failure(.deadlineExceeded), .failure(.cancelled),
        ]
        let bare = EventFrame(
            header: EventFrame.Header(
                stream: .orders, partition: 255, partitionSequence: WireLimits.sequenceMax, epoch: .secondEpoch, eventID: .new(),
                subject: "o.x",
                version: .max,
                audience: .internal, clientID: nil, key: .firstEpoch, keySequence: nil, occurredAt: Date(timeIntervalSince1970: 0),
                traceparent: nil), payload: [])
        let full = EventFrame(
            header: EventFrame.Header(
                stream: StreamName(rawValue: String(repeating: "s", count: WireLimits.nameMax)), partition: 0, partitionSequence: 1,
                epoch: .firstEpoch, eventID: .new(), subject: Subject(rawValue: String(repeating: "x", count: Subject.lengthMax)),
                version: 0,
                audience: .agents, clientID: .new(), key: .version7(), keySequence: -1,
                occurredAt: Date(timeIntervalSince1970: 1_790_000_000.123456),
                traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                context: [UInt8](repeating: 0x7b, count: WireLimits.contextMax)),
            payload: Array("{\"text\":\"Olá\"}".utf8))
        return [
            .event(.example(1)), .event(bare), .event(full),
            .beacon(Beacon(stream: .orders, epoch: .firstEpoch, heads: Array(0..<16))),
            .beacon(Beacon(stream: .orders, epoch: .firstEpoch, heads: [WireLimits.sequenceMax])),
            .ephemeral(
                EphemeralFrame(
                    stream: .orders, subject: "orders.typing", audience: .everyone, clientID: .new(), key: .firstEpoch, payload: [9])),
            .hello(identity), .ping(nonce: .max), .pong(nonce: 0, identity),
            .pong(
                nonce: 1,
                PeerIdentity(service: StreamName(rawValue: "a"), replica: 65_535, instance: .secondEpoch, isReady: false, isDraining: true)),
            .request(RequestFrame(number: 7, attempt: 3, envelope: .example(budget: .milliseconds(1234)))),
            .request(
                RequestFrame(
                    number: .max, attempt: .max,
                    envelope: RequestEnvelope(
                        subject: "orders.place", key: .random(), budget: .milliseconds(Int64(UInt32.max)), clientID: .new(),
                        traceparent: "00-a-b-01",
                        payload: []))),
            .request(
                RequestFrame(
                    number: 8, attempt: 1,
                    envelope: RequestEnvelope(
                        subject: "orders.place", key: .random(), budget: .seconds(1), clientID: .new(), traceparent: nil,
                        keyedContent: Array(0..<32), payload: [7]))),
        ] + answers.enumerated().map { .reply(ReplyFrame(number: UInt64($0.offset), attempt: 1, answer: $0.element)) }
    }()

    @Test(arguments: examples) func `is read as it was written`(_ frame: WireFrame) throws {
        #expect(try WireFrame(decoding: frame.encoded()) == frame)
    }

    @Test(arguments: examples) func `is malformed when any of its end is missing, or when it goes on`(_ frame: WireFrame) throws {
        let bytes = frame.encoded()
        #expect(bytes.count > 10)
        for count in 0..<bytes.count {
            #expect(throws: MalformedFrame.self) { try WireFrame(decoding: Array(bytes.prefix(count))) }
        }
        #expect(throws: MalformedFrame.self) { try WireFrame(decoding: bytes + [0]) }
    }

    @Test func `keeps the form in which older builds read it`() throws {
        func hex(_ frame: WireFrame) -> String { frame.encoded().map { String(format: "%02x", $0) }.joined() }
        #expect(hex(.ping(nonce: 1)) == "b50106000000000000000001")
        #expect(
            hex(.pong(nonce: 2, Self.identity))
                == "b5010700" + "0000000000000002" + "0192f0c000007000800000000000000a" + "0002" + "01" + "06" + "6f7264657273")
        #expect(hex(.hello(Self.identity)).hasPrefix("682e" + "b5010800"))
        #expect(
            hex(.beacon(Beacon(stream: .orders, epoch: .firstEpoch, heads: [5, 6])))
                == "622e6f72646572732e" + "b5010200" + "0192f0c000007000800000000000000a" + "0002" + "06" + "6f7264657273"
                + "0000000000000005"
                + "0000000000000006")
        let key = RequestKey(bytes: Array(0..<16))
        #expect(
            hex(
                .request(
                    RequestFrame(number: 3, attempt: 1, envelope: .example("a.b", key: key, budget: .milliseconds(500), payload: [0xff]))))
                == "b5010400" + "0000000000000003" + "01" + "000001f4" + "000102030405060708090a0b0c0d0e0f" + "00"
                + "00000000000000000000000000000000" + "00000001" + "03" + "00" + "612e62" + "ff")
        #expect(
            hex(.reply(ReplyFrame(number: 3, attempt: 1, answer: .failure(.overloaded(retryAfter: .milliseconds(100))))))
                == "b5010500" + "0000000000000003" + "01" + "05" + "00000064" + "00000000")
        #expect(
            hex(.event(.example(258, partition: 3, payload: [0x7b, 0x7d])))
                == "652e6f72646572732e3030332e" + "b5010100" + "0003" + "02" + "03" + "0001" + "00000002" + "0000000000000102"
                + "0192f0c000007000800000000000000a" + "00000000000000030000000000000102" + "0192f0c000007000800000000000000a"
                + "0192f0c0000070008000000000000001" + "0000000000000102" + "00065bfeda27c240" + "06" + "19" + "00" + "6f7264657273"
                + "6f72646572732e736f6d657468696e672d68617070656e6564" + "7b7d")
    }

    @Test func `of an event without a context, and every page for those who read none, is what older builds read`() throws {
        let told = EventFrame.example(18, context: Array("{\"channel\":\"sms\"}".utf8))
        let untold = EventFrame.example(18)
        #expect(told != untold && WireFrame.event(told).encoded() != WireFrame.event(untold).encoded(), "there is something to leave out")
        let page = FetchedEvents.events([told, told], epoch: .firstEpoch, head: 18)
        let olderPage = FetchedEvents.events([untold, untold], epoch: .firstEpoch, head: 18)
        #expect(page.encoded(withContext: false) == olderPage.encoded())
        #expect(try FetchedEvents(decoding: page.encoded()) == page)
        let older = FetchEvents(stream: .orders, epoch: nil, partition: 0, after: 0, readsContext: false)
        #expect(older.encoded()[1] == 0, "no flag that they refuse")
        #expect(try FetchEvents(decoding: older.encoded()).readsContext == false)
    }

    @Test func `has no sequence beyond those that every client can hold`() throws {
        for sequence in [WireLimits.sequenceMax + 1, .max, .min, -1] as [Int64] {
            let frames: [WireFrame] = [
                .event(.example(sequence, partition: 3)), .beacon(Beacon(stream: .orders, epoch: .firstEpoch, heads: [0, sequence])),
            ]
            for frame in frames { #expect(throws: MalformedFrame.self) { try WireFrame(decoding: frame.encoded()) } }
            let pages: [FetchedEvents] = [
                .events([], epoch: .firstEpoch, head: sequence), .diverged(epoch: .firstEpoch, head: sequence),
                .truncated(epoch: .firstEpoch, oldest: sequence, head: 1), .truncated(epoch: .firstEpoch, oldest: 1, head: sequence),
            ]
            for page in pages { #expect(throws: MalformedFrame.self) { try FetchedEvents(decoding: page.encoded()) } }
            let fetch = FetchEvents(stream: .orders, epoch: nil, partition: 0, after: sequence)
            #expect(throws: MalformedFrame.self) { try FetchEvents(decoding: fetch.encoded()) }
        }
    }

    @Test func `tells those further away of lost replicas as of a deadline`() throws {
        let frame = WireFrame.reply(ReplyFrame(number: 1, attempt: 1, answer: .failure(.replicasLost))).encoded()
        #expect(try WireFrame(decoding: frame) == .reply(ReplyFrame(number: 1, attempt: 1, answer: .failure(.deadlineExceeded))))
    }

    @Test func `keeps its event's times to the microsecond`() throws {
        for microseconds in [0, 1, -1, 1_790_000_000_123_456, 7_258_118_400_999_999] as [Int64] {
            #expect(Date(microseconds: microseconds).microseconds == microseconds)
        }
        #expect(Date.distantFuture.microseconds > 0)
        #expect(Date(timeIntervalSince1970: .infinity).microseconds == .max)
    }

    @Test func `leaves out a trace context that is too long or not a token`() throws {
        for traceparent in [String(repeating: "a", count: WireLimits.traceparentMax + 1), "00 a", "ü"] {
            let request = RequestEnvelope(
                subject: "a.b", key: .random(), budget: .seconds(1), clientID: nil, traceparent: traceparent, payload: [])
            guard case .request(let read) = try WireFrame(decoding: WireFrame.encode(request)) else {
                Issue.record("is no request")
                return
            }
            #expect(read.envelope.traceparent == nil)
        }
    }

    @Test func `has a size that is known before it is written`() {
        for case .event(let event) in Self.examples {
            var writer = ByteWriter(capacity: 0)
            event.write(to: &writer)
            #expect(writer.bytes.count == event.wireSize)
        }
    }

    // MARK: Any bytes

    @Test func `may be any bytes without harm`() {
        var generator = SplitMix64(seed: 1)
        var malformed = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...200, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            do { _ = try WireFrame(decoding: bytes) } catch { malformed += 1 }
        }
        #expect(malformed == 20_000, "random bytes are not a frame")
    }

    @Test func `may be changed anywhere and is then malformed or another frame, never a trap`() throws {
        var generator = SplitMix64(seed: 2)
        let originals = Self.examples.map { $0.encoded() }
        var (malformed, others) = (0, 0)
        for _ in 0..<30_000 {
            let bytes = Self.mutated(originals.randomElement(using: &generator)!, among: originals, using: &generator)
            let frame: WireFrame
            do {
                frame = try WireFrame(decoding: bytes)
            } catch {
                malformed += 1
                continue
            }
            others += 1
            // The topic may differ from what we would have written; everything else says the same again, except that times far from
            // ours lose their microseconds.
            let again = try WireFrame(decoding: frame.encoded())
            if case .event(let event) = frame, abs(event.header.occurredAt.timeIntervalSince1970) > 7e9 { continue }
            if again != frame { Issue.record("\(again) is not \(frame)") }
        }
        #expect(malformed > 1000 && others > 1000, "both must occur, or this test proves nothing")
    }

    @Test func `of a fetch, and its page, may be changed anywhere without harm`() throws {
        var generator = SplitMix64(seed: 3)
        let request = FetchEvents(stream: .orders, epoch: .firstEpoch, partition: 3, after: 17)
        let pages: [FetchedEvents] = [
            .events([.example(18, partition: 3), .example(19, partition: 3, context: [0x7b, 0x7d])], epoch: .firstEpoch, head: 20),
            .events([], epoch: .firstEpoch, head: 0),
            .diverged(epoch: .secondEpoch, head: 5), .truncated(epoch: .firstEpoch, oldest: 100, head: 200),
            .busy(retryAfter: .milliseconds(50)),
        ]
        #expect(try FetchEvents(decoding: request.encoded()) == request)
        #expect(try FetchEvents(decoding: FetchEvents(stream: .orders, epoch: nil, partition: 0, after: 0).encoded()).epoch == nil)
        for page in pages { #expect(try FetchedEvents(decoding: page.encoded()) == page) }
        let originals = [request.encoded()] + pages.map { $0.encoded() }
        var (malformed, others) = (0, 0)
        for _ in 0..<30_000 {
            let bytes = Self.mutated(originals.randomElement(using: &generator)!, among: originals, using: &generator)
            do {
                _ = try FetchEvents(decoding: bytes)
                others += 1
            } catch {
                malformed += 1
            }
            do {
                _ = try FetchedEvents(decoding: bytes)
                others += 1
            } catch {
                malformed += 1
            }
        }
        #expect(malformed > 1000 && others > 1000)
    }

    /// Flips, cuts, extends or crosses.
    static func mutated(_ original: [UInt8], among others: [[UInt8]], using generator: inout SplitMix64) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            guard !bytes.isEmpty else { return bytes }
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[index] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &generator)!
            case 2: bytes.removeSubrange(index...)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
            case 4:
                let other = others.randomElement(using: &generator)!
                bytes = Array(bytes[..<index] + other.suffix(max(0, other.count - index)))
            default:
                for offset in index..<min(bytes.count, index + 4) { bytes[offset] = 0xff }
            }
        }
        return bytes
    }
}

@Suite struct `A topic` {
    @Test func `is short and is no other topic's beginning`() {
        let streams = ["chat", "chatter", "chat-2", "c", String(repeating: "x", count: WireLimits.nameMax)].map { StreamName(rawValue: $0) }
        let topics =
            streams.flatMap { stream in
                (0..<WireLimits.partitionsMax).map { Topic.event(stream, partition: $0) } + [Topic.beacon(stream), Topic.ephemeral(stream)]
            } + [Topic.hello]
        #expect(Set(topics).count == topics.count)
        #expect(topics.allSatisfy { $0.utf8.count <= WireLimits.topicMax })
        for stream in streams {
            let all = Topic.all(of: stream)
            for other in streams where other != stream {
                for partition in [0, 1, 15] {
                    #expect(!all.contains { Topic.event(other, partition: partition).hasPrefix($0) })
                }
                #expect(!all.contains { Topic.beacon(other).hasPrefix($0) || Topic.ephemeral(other).hasPrefix($0) })
            }
            #expect(all.contains { Topic.event(stream, partition: 7).hasPrefix($0) })
        }
        #expect(Topic.event(.chat, partition: 7) == "e.chat.007.")
    }
}

@Suite struct `A fetch` {
    let request = FetchEvents(stream: .orders, epoch: .firstEpoch, partition: 0, after: 10)

    @Test func `is answered from the head alone where that says it all`() {
        #expect(request.answer(epoch: .secondEpoch, head: 20, oldest: 1) == .diverged(epoch: .secondEpoch, head: 20))
        #expect(request.answer(epoch: .firstEpoch, head: 9, oldest: 1) == .diverged(epoch: .firstEpoch, head: 9))
        #expect(request.answer(epoch: .firstEpoch, head: 10, oldest: 1) == .events([], epoch: .firstEpoch, head: 10))
        #expect(request.answer(epoch: .firstEpoch, head: 20, oldest: 12) == .truncated(epoch: .firstEpoch, oldest: 12, head: 20))
        #expect(request.answer(epoch: .firstEpoch, head: 20, oldest: 11) == nil)
        let head = FetchEvents(stream: .orders, epoch: nil, partition: 0, after: 0, maxEvents: 0)
        #expect(head.answer(epoch: .firstEpoch, head: 20, oldest: 12) == .events([], epoch: .firstEpoch, head: 20))
        let fromTheStart = FetchEvents(stream: .orders, epoch: nil, partition: 0, after: 0)
        #expect(fromTheStart.answer(epoch: .firstEpoch, head: 20, oldest: 1) == nil)
    }

    @Test func `never asks for more than a page`() {
        let greedy = FetchEvents(stream: .orders, epoch: nil, partition: 0, after: 0, maxEvents: .max, maxBytes: .max)
        #expect(greedy.maxEvents == FetchEvents.eventsMax)
        #expect(greedy.maxBytes == FetchEvents.bytesMax)
    }

    @Test func `page of the largest events fits into a reply`() {
        let largest = EventFrame.example(1, payload: [UInt8](repeating: 0, count: WireLimits.payloadMax))
        #expect(FetchEvents.bytesMax + largest.wireSize < WireLimits.replyPayloadMax)
        #expect(WireLimits.replyPayloadMax + 1024 < WireLimits.frameMax)
    }
}
