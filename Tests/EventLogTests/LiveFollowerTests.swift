import Bus
import Contracts
import EventLog
import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A live follower` {
    private func events(_ heard: Heard<Delivery>) -> [EventFrame] {
        heard.all.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    @Test func `hears everything after its start once and in order, though the bus loses, repeats and reorders`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let keys = (0..<16).map { UUID.key(in: $0) }
        try await world.write(keys.map { _ in "past" }, about: keys, by: publisher)
        let heard = Heard<Delivery>()
        let follower = LiveFollower(
            stream: .chat, bus: world.network.bus(for: .gateway), logger: .tests, handler: { heard.add($0) },
            reset: { Issue.record("nothing broke") })
        try await running([publisher, follower]) {
            await follower.waitUntilLive()
            var faults = InMemoryNetwork.Faults()
            faults.drop = 0.2
            faults.repeat = 0.2
            faults.reorder = 0.2
            world.network.setFaults(faults)
            for number in 0..<100 {
                let chosen = [keys[number % 16], keys[(number * 7 + 1) % 16]]
                try await world.write(chosen.map { _ in "\(number)" }, about: chosen, by: publisher)
            }
            try await eventually("all is heard") { events(heard).count >= 200 }
        }
        #expect(events(heard).count == 200)
        for (part, head) in try await world.heads().enumerated() {
            #expect(events(heard).filter { $0.header.partition == part }.map(\.header.partitionSequence) == Array(2...head))
        }
        let counters = world.network.counters
        #expect(counters.dropped > 0 && counters.repeated > 0 && counters.reordered > 0, "without faults this proves nothing")
    }

    @Test func `passes ephemera on as they come`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let heard = Heard<Delivery>()
        let follower = LiveFollower(
            stream: .chat, bus: world.network.bus(for: .gateway), logger: .tests, handler: { heard.add($0) }, reset: {})
        let source = world.network.bus(for: .chat, replica: 2)
        let typing = EphemeralFrame(
            stream: .chat, subject: "chat.typing", audience: .agents, clientID: .new(), key: UUID(), payload: [1])
        try await running([publisher, follower]) {
            await follower.waitUntilLive()
            source.publish(.ephemeral(typing))
            try await eventually("it is heard") { heard.all == [.ephemeral(typing)] }
        }
    }

    @Test func `begins again at the head of another history, and says so`() async throws {
        let world = try await LogWorld()
        let publisher = world.publisher()
        let heard = Heard<Delivery>()
        let resets = Heard<Bool>()
        let follower = LiveFollower(
            stream: .chat, bus: world.network.bus(for: .gateway), logger: .tests, handler: { heard.add($0) }, reset: { resets.add(true) })
        let key = UUID.key(in: 8)
        try await running([publisher, follower]) {
            await follower.waitUntilLive()
            try await world.write(["old"], about: [key], by: publisher)
            try await eventually("the old one is heard") { events(heard).count == 1 }
            _ = try await world.chat.query(.none, "UPDATE chat.stream_head SET epoch = gen_random_uuid() WHERE part = 8")
            try await world.write(["missed"], about: [key], by: publisher)
            try await eventually("it begins again") { resets.all.count == 1 }
            try await world.write(["new"], about: [key], by: publisher)
            try await eventually("the new one is heard") { try events(heard).last?.decode(NoteWritten.self)?.text == "new" }
        }
        #expect(resets.all.count == 1)
    }
}
