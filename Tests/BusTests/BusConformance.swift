import Bus
import Contracts
import Dispatch
import Foundation
import Synchronization
import Testing

/// What every bus does alike.
@Suite(.timeLimit(.minutes(2))) struct `A bus` {
    // MARK: Publish and subscribe

    @Test(arguments: BusKind.allCases) func `carries events, beacons and ephemera to every subscriber`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let publisher = try await world.bus(.orders)
            let first = try await world.bus(.chat)
            let second = try await world.bus(.router)
            try await world.connect(publisher, .orders, to: [first, second])
            let heard = [Collected<Delivery>(), Collected<Delivery>()]
            for (bus, heard) in zip([first, second], heard) { bus.subscribe(to: .orders) { heard.add($0) } }
            let beacon = Beacon(stream: .orders, epoch: .firstEpoch, heads: [1] + [Int64](repeating: 0, count: 15))
            let typing = EphemeralFrame(
                stream: .orders, subject: "orders.typing", audience: .agents, clientID: .new(), key: .firstEpoch, payload: [7])
            let said: [Delivery] = [.event(.example(1)), .event(.example(2, partition: 15)), .beacon(beacon), .ephemeral(typing)]
            for delivery in said { publisher.publish(delivery) }
            for heard in heard {
                try await eventually("everything said is heard") { said.allSatisfy(heard.all.contains) }
                #expect(heard.all.filter(said.contains) == said, "in the order in which it was said")
            }
        }
    }

    @Test(arguments: BusKind.allCases) func `carries no other stream, though its name begins alike`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let order = StreamName(rawValue: "order")
            let publisher = try await world.bus(.orders)
            let other = try await world.bus(order)
            let listener = try await world.bus(.chat)
            try await world.connect(publisher, .orders, to: [listener])
            try await world.connect(other, order, to: [listener])
            let heard = Collected<Delivery>()
            listener.subscribe(to: order) { heard.add($0) }
            publisher.publish(.event(.example(1)))
            other.publish(.event(.example(1, stream: order)))
            try await eventually("the own stream is heard") { heard.all.contains(.event(.example(1, stream: order))) }
            #expect(!heard.all.contains { $0.stream == .orders })
        }
    }

    @Test(arguments: BusKind.allCases) func `publishes to nobody without harm`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let publisher = try await world.bus(.orders)
            for sequence in 1...1000 { publisher.publish(.event(.example(Int64(sequence)))) }
            let listener = try await world.bus(.chat)
            try await world.connect(publisher, .orders, to: [listener])
        }
    }

    @Test(arguments: BusKind.allCases) func `carries the largest payload and drops a larger one`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let publisher = try await world.bus(.orders)
            let listener = try await world.bus(.chat)
            try await world.connect(publisher, .orders, to: [listener])
            let heard = Collected<Delivery>()
            listener.subscribe(to: .orders) { heard.add($0) }
            let largest = EventFrame.example(1, payload: [UInt8](repeating: 0x61, count: WireLimits.payloadMax))
            let tooLarge = EventFrame.example(2, payload: [UInt8](repeating: 0x61, count: WireLimits.payloadMax + 1))
            publisher.publish(.event(tooLarge))
            publisher.publish(.event(largest))
            try await eventually("the largest arrives") { heard.all.contains(.event(largest)) }
            #expect(!heard.all.contains(.event(tooLarge)))
            #expect(publisher.metrics.publishesDropped == 1)
        }
    }

    @Test(arguments: BusKind.allCases) func `lets one stuck subscriber harm nobody else`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let publisher = try await world.bus(.orders)
            let stuck = try await world.bus(.chat)
            let free = try await world.bus(.router)
            try await world.connect(publisher, .orders, to: [stuck, free])
            let isStuck = Collected<Bool>()
            let heard = Collected<Int64>()
            let release = DispatchSemaphore(value: 0)
            stuck.subscribe(to: .orders) {
                guard case .event(let event) = $0, event.header.partitionSequence == 1 else { return }
                isStuck.add(true)
                release.wait()
            }
            free.subscribe(to: .orders) { if case .event(let event) = $0 { heard.add(event.header.partitionSequence) } }
            publisher.publish(.event(.example(1)))
            try await eventually("the first subscriber is stuck") { isStuck.count == 1 }
            // More than all queues between the two hold, so that a publisher that waits for its slowest reader would be found out;
            // in steps that the free one follows.
            for step in 0..<60 {
                let first = Int64(2 + step * 500)
                for sequence in first..<first + 500 { publisher.publish(.event(.example(sequence))) }
                try await eventually("the free subscriber hears on") { heard.all.last == first + 499 }
            }
            let isComplete = heard.all == Array(1...30_001)
            #expect(isComplete)
            release.signal()
        }
    }

    // MARK: Request and reply

    @Test(arguments: BusKind.allCases) func `brings a request and its reply`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let seen = Collected<RequestEnvelope>()
            _ = try await world.bus(.orders) { envelope in
                seen.add(envelope)
                return .reply(envelope.payload.reversed())
            }
            let asker = try await world.bus(.chat)
            let request = RequestEnvelope(
                subject: "orders.place", key: .random(), budget: .seconds(20), clientID: .new(), traceparent: "00-ab-cd-01",
                payload: [1, 2, 3])
            #expect(try await asker.request(request, to: .orders) == [3, 2, 1])
            let arrived = try #require(seen.all.first)
            #expect(seen.count == 1)
            #expect((arrived.subject, arrived.key, arrived.payload) == (request.subject, request.key, request.payload))
            #expect(arrived.clientID == request.clientID)
            #expect(arrived.traceparent == request.traceparent)
            #expect(arrived.budget <= request.budget && arrived.budget > .zero)
        }
    }

    @Test(arguments: BusKind.allCases) func `brings each failure as what it is`(_ kind: BusKind) async throws {
        let refusal = Refusal(code: "sold-out", details: ["left": 0, "article": "a tea pot"])
        let failures: [Subject: BusError] = [
            "orders.refused": .refused(refusal), "orders.malformed": .malformed("not like this"),
            "orders.internal": .internal(incident: "17"),
            "orders.cancelled": .cancelled, "orders.late": .deadlineExceeded, "orders.nothing": .unknownSubject("orders.nothing"),
        ]
        try await kind.withWorld { world in
            _ = try await world.bus(.orders) { envelope in
                failures[envelope.subject].map { .failure($0) } ?? .refusal(refusal)
            }
            let asker = try await world.bus(.chat)
            for (subject, failure) in failures {
                await #expect(throws: failure) { try await asker.request(.example(subject), to: .orders) }
            }
            await #expect(throws: BusError.refused(refusal)) { try await asker.request(.example("orders.other"), to: .orders) }
        }
    }

    @Test(arguments: BusKind.allCases) func `routes by subject to typed handlers`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let router = RequestRouter(logger: .silent)
            router.register(PlaceOrderHandler())
            router.register("orders.raw") { .reply($0.payload) }
            _ = try await world.bus(.orders) { await router.answer($0) }
            let asker = try await world.bus(.chat)
            #expect(try await asker.request(PlaceOrder(article: "tea", count: 2), clientID: nil, budget: .seconds(20)) == .init(total: 2))
            await #expect(throws: OrderError.soldOut(article: "cups")) {
                try await asker.request(PlaceOrder(article: "cups", count: 1), clientID: nil, budget: .seconds(20))
            }
            await #expect {
                try await asker.request(PlaceOrder(article: "bug", count: 1), clientID: nil, budget: .seconds(20))
            } throws: { error in
                guard case .internal(let incident) = error as? BusError else { return false }
                return UUID(uuidString: incident) != nil
            }
            await #expect {
                try await asker.request(.example(PlaceOrder.subject, payload: Array(#"{"article": 5}"#.utf8)), to: .orders)
            } throws: { error in
                guard case .malformed(let text) = error as? BusError else { return false }
                return text.contains("article")
            }
            await #expect(throws: BusError.unknownSubject("orders.unheard-of")) {
                try await asker.request(.example("orders.unheard-of"), to: .orders)
            }
            #expect(try await asker.request(.example("orders.raw"), to: .orders) == [1, 2, 3])
        }
    }

    @Test(arguments: BusKind.allCases) func `carries requests and replies up to their caps`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.bus(.orders) { envelope in
                .reply(
                    [UInt8](
                        repeating: 1,
                        count: envelope.subject == "orders.too-much" ? WireLimits.replyPayloadMax + 1 : WireLimits.replyPayloadMax))
            }
            let asker = try await world.bus(.chat)
            let largest = [UInt8](repeating: 2, count: WireLimits.payloadMax)
            #expect(try await asker.request(.example(payload: largest), to: .orders).count == WireLimits.replyPayloadMax)
            await #expect {
                try await asker.request(.example(payload: largest + [0]), to: .orders)
            } throws: { if case .malformed = $0 as? BusError { true } else { false } }
            await #expect {
                try await asker.request(.example("orders.too-much"), to: .orders)
            } throws: { if case .malformed = $0 as? BusError { true } else { false } }
        }
    }

    @Test(arguments: BusKind.allCases) func `asks another replica, with the same key, when one is overloaded`(_ kind: BusKind) async throws
    {
        try await kind.withWorld { world in
            let keys = Collected<(Int, RequestKey)>()
            for replica in 1...2 {
                _ = try await world.bus(.orders, replica: replica) { envelope in
                    keys.add((replica, envelope.key))
                    return replica == 1 ? .failure(.overloaded(retryAfter: .milliseconds(1))) : .reply([2])
                }
            }
            let asker = try await world.bus(.chat)
            try await eventually("both replicas are ready") { asker.metrics.endpointsReady == 2 }
            var answered = 0
            while !keys.all.contains(where: { $0.0 == 1 }) {
                #expect(try await asker.request(.example(), to: .orders) == [2])
                answered += 1
                try #require(answered < 100, "nobody ever asks replica 1")
            }
            let retried = try #require(keys.all.first { $0.0 == 1 })
            #expect(keys.all.contains { $0.0 == 2 && $0.1 == retried.1 })
        }
    }

    @Test(arguments: BusKind.allCases) func `asks another replica, with the same key, when one is gone`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let keys = Collected<(Int, RequestKey)>()
            for replica in 1...2 {
                _ = try await world.bus(.orders, replica: replica) { envelope in
                    keys.add((replica, envelope.key))
                    // The first replica never answers anything.
                    while replica == 1, !Task.isCancelled {
                        do { try await Task.sleep(for: .seconds(60)) } catch { break }
                    }
                    return .reply([UInt8(replica)])
                }
            }
            let asker = try await world.bus(.chat)
            try await eventually("both replicas are ready") { asker.metrics.endpointsReady == 2 }
            let answers = Collected<[UInt8]>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { answers.add(try await asker.request(.example(), to: .orders)) } }
                try await eventually("replica 1 has some of them") { keys.all.contains { $0.0 == 1 } && answers.count > 0 }
                try await world.cut(.orders, replica: 1)
                try await group.waitForAll()
            }
            #expect(answers.all == [[2], [2], [2], [2]])
            let first = keys.all.filter { $0.0 == 1 }.map(\.1)
            #expect(!first.isEmpty)
            #expect(first.allSatisfy { key in keys.all.contains { $0.0 == 2 && $0.1 == key } })
        }
    }

    @Test(arguments: BusKind.allCases) func `says unavailable when nobody answers to the name`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            var limits = PendingRequests.Limits()
            limits.readinessWait = .milliseconds(50)
            let asker = try await world.bus(.chat, requests: limits)
            await #expect(throws: BusError.unavailable(retryAfter: limits.unavailableRetryAfter)) {
                try await asker.request(.example(), to: .orders)
            }
        }
    }

    @Test(arguments: BusKind.allCases) func `finds a service that starts later`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let asker = try await world.bus(.chat)
            _ = try await world.bus(.orders) { _ in .reply([1]) }
            try await eventually("the service is found") { asker.metrics.endpointsReady == 1 }
            #expect(try await asker.request(.example(), to: .orders) == [1])
        }
    }

    @Test(arguments: BusKind.allCases) func `asks nobody else after two replicas were lost with a request`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let releases = (1...3).map { _ in AsyncStream<Void>.makeStream() }
            let asked = Collected<Int>()
            for replica in 1...3 {
                let release = releases[replica - 1].stream
                _ = try await world.bus(.orders, replica: replica) { _ in
                    asked.add(replica)
                    for await _ in release {}
                    return .reply([])
                }
            }
            var limits = PendingRequests.Limits()
            limits.attemptTimeout = .seconds(60)
            let asker = try await world.bus(.chat, requests: limits)
            try await eventually("all replicas are ready") { asker.metrics.endpointsReady == 3 }
            let task = Task { () async throws(BusError) in try await asker.request(.example(budget: .seconds(60)), to: .orders) }
            try await eventually("one is asked") { asked.count == 1 }
            try await world.cut(.orders, replica: asked.all[0])
            try await eventually("another one is asked") { asked.count == 2 }
            #expect(asker.metrics.requestsSuspected == 1)
            try await world.cut(.orders, replica: asked.all[1])
            await #expect(throws: BusError.replicasLost) { try await task.value }
            #expect(Set(asked.all).count == 2)
            #expect(asker.metrics.requestsSuspected == 2 && asker.metrics.requestsAbandoned == 1)
            for release in releases { release.continuation.finish() }
        }
    }

    @Test(arguments: BusKind.allCases) func `ends a request when its budget is gone`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let release = AsyncStream<Void>.makeStream()
            _ = try await world.bus(.orders) { _ in
                for await _ in release.stream {}
                return .reply([])
            }
            let asker = try await world.bus(.chat)
            try await eventually("the replica is ready") { asker.metrics.endpointsReady == 1 }
            await #expect(throws: BusError.deadlineExceeded) { try await asker.request(.example(budget: .milliseconds(100)), to: .orders) }
            await #expect(throws: BusError.deadlineExceeded) { try await asker.request(.example(budget: .zero), to: .orders) }
            #expect(asker.metrics.requestsPending == 0)
            release.continuation.finish()
        }
    }

    @Test(arguments: BusKind.allCases) func `ends a request when its task is cancelled`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let release = AsyncStream<Void>.makeStream()
            let asked = Collected<RequestKey>()
            _ = try await world.bus(.orders) { envelope in
                asked.add(envelope.key)
                for await _ in release.stream {}
                return .reply([])
            }
            let asker = try await world.bus(.chat)
            let task = Task { try await asker.request(.example(), to: .orders) }
            try await eventually("the request is there") { asked.count == 1 }
            task.cancel()
            await #expect(throws: BusError.cancelled) { try await task.value }
            try await eventually("nothing is pending") { asker.metrics.requestsPending == 0 }
            release.continuation.finish()
        }
    }

    @Test(arguments: BusKind.allCases) func `sheds what is too much and answers the rest`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let release = AsyncStream<Void>.makeStream()
            let running = Collected<RequestKey>()
            let answering = try await world.bus(.orders, runningMax: 1, waitingMax: 2) { envelope in
                running.add(envelope.key)
                if running.count == 1 { for await _ in release.stream {} }
                return .reply([1])
            }
            var limits = PendingRequests.Limits()
            limits.attemptsMax = 1
            let asker = try await world.bus(.chat, requests: limits)
            try await eventually("the replica is ready") { asker.metrics.endpointsReady == 1 }
            let outcomes = Collected<Result<[UInt8], BusError>>()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        do throws(BusError) {
                            outcomes.add(.success(try await asker.request(.example(), to: .orders)))
                        } catch {
                            outcomes.add(.failure(error))
                        }
                    }
                }
                do {
                    try await eventually("all arrived") { answering.metrics.requestsReceived == 10 }
                    try await eventually("the surplus is refused") { outcomes.count == 7 }
                } catch {
                    Issue.record(error)
                }
                release.continuation.finish()
            }
            let refused = outcomes.all.filter { if case .failure(.overloaded) = $0 { true } else { false } }
            #expect(refused.count == 7)
            #expect(outcomes.all.filter { $0 == .success([1]) }.count == 3)
            #expect(answering.metrics.requestsRefused == 7)
        }
    }

    @Test(arguments: BusKind.allCases) func `drops work whose budget went by while it waited`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let release = AsyncStream<Void>.makeStream()
            let subjects = Collected<Subject>()
            let answering = try await world.bus(.orders, runningMax: 1, waitingMax: 10) { envelope in
                subjects.add(envelope.subject)
                if envelope.subject == "orders.long" { for await _ in release.stream {} }
                return .reply([])
            }
            let asker = try await world.bus(.chat)
            async let long = asker.request(.example("orders.long"), to: .orders)
            try await eventually("the first runs") { subjects.count == 1 }
            await #expect(throws: BusError.deadlineExceeded) {
                try await asker.request(.example("orders.short", budget: .milliseconds(80)), to: .orders)
            }
            #expect(answering.metrics.requestsReceived == 2, "the second one did arrive")
            release.continuation.finish()
            _ = try await long
            _ = try await asker.request(.example("orders.last"), to: .orders)
            #expect(subjects.all == ["orders.long", "orders.last"])
            #expect(answering.metrics.requestsExpired == 1)
        }
    }

    @Test(arguments: BusKind.allCases) func `answers a thousand at once, each its own`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            for replica in 1...2 { _ = try await world.bus(.orders, replica: replica) { .reply($0.payload) } }
            let asker = try await world.bus(.chat)
            try await eventually("both replicas are ready") { asker.metrics.endpointsReady == 2 }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        let payload = Array("\(number)".utf8)
                        return try await asker.request(.example(payload: payload), to: .orders) == payload
                    }
                }
                var right = 0
                for try await isRight in group where isRight { right += 1 }
                #expect(right == 1000)
            }
        }
    }

    @Test(arguments: BusKind.allCases) func `fetches a page from a service that knows of no contexts`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let refused = Mutex(0)
            _ = try await world.bus(.orders) { envelope in
                // An older build's reader: of the flags it knows the first alone.
                guard envelope.payload[1] < 2 else {
                    refused.withLock { $0 += 1 }
                    return .failure(.malformed("unknown flags"))
                }
                return .reply(FetchedEvents.events([.example(1)], epoch: .firstEpoch, head: 1).encoded())
            }
            let page = try await world.bus(.chat).fetch(
                FetchEvents(stream: .orders, epoch: nil, partition: 0, after: 0), budget: .seconds(20))
            #expect(page == .events([.example(1)], epoch: .firstEpoch, head: 1))
            #expect(refused.withLock { $0 } == 1, "it was asked as new services are first")
        }
    }

    @Test(arguments: BusKind.allCases) func `fetches a page of the log`(_ kind: BusKind) async throws {
        try await kind.withWorld { world in
            let events = (1...100).map { EventFrame.example($0, partition: 3) }
            _ = try await world.bus(.orders) { envelope in
                do {
                    let request = try FetchEvents(decoding: envelope.payload)
                    let page =
                        request.answer(epoch: .firstEpoch, head: 100, oldest: 1)
                        ?? .events(Array(events[Int(request.after)...].prefix(request.maxEvents)), epoch: .firstEpoch, head: 100)
                    return .reply(page.encoded())
                } catch {
                    return .failure(.malformed("\(error)"))
                }
            }
            let asker = try await world.bus(.chat)
            let page = try await asker.fetch(
                FetchEvents(stream: .orders, epoch: .firstEpoch, partition: 3, after: 90, maxEvents: 5), budget: .seconds(20))
            #expect(page == .events(Array(events[90..<95]), epoch: .firstEpoch, head: 100))
            let other = try await asker.fetch(
                FetchEvents(stream: .orders, epoch: .secondEpoch, partition: 3, after: 90), budget: .seconds(20))
            #expect(other == .diverged(epoch: .firstEpoch, head: 100))
        }
    }
}
