import Contracts
import Foundation
import Synchronization

/// Connects buses of named services and replicas within one process. With ``Faults`` it loses, repeats and reorders what it carries,
/// by a seed: the same calls in the same order meet the same faults.
package final class InMemoryNetwork: Sendable {
    /// Probabilities, 0 … 1, of each delivery to each receiver.
    package struct Faults: Sendable {
        package var seed: UInt64 = 1
        package var drop = 0.0
        package var `repeat` = 0.0
        /// Held back until one to three later deliveries to the same receiver have passed, or until ``InMemoryNetwork/releaseHeldBack()``.
        package var reorder = 0.0
        /// Of requests, and again of replies: the asker waits for the attempt's end and asks again.
        package var dropRequests = 0.0
        /// Of requests: answered twice, with the same key.
        package var repeatRequests = 0.0

        package init() {}
        package static let none = Faults()
    }

    package struct Counters: Sendable, Equatable {
        package var dropped = 0
        package var repeated = 0
        package var reordered = 0
        package var requestsDropped = 0
        package var requestsRepeated = 0
    }

    private struct Member {
        let bus: InMemoryBus
        var isReady = false
        var isCut = false
        var heldBack: [(delivery: Delivery, countdown: Int)] = []
    }

    private struct State {
        var members: [Int: Member] = [:]
        var lastID = 0
        var faults: Faults
        var generator: SplitMix64
        var counters = Counters()

        mutating func happens(_ probability: Double) -> Bool {
            probability > 0 && Double.random(in: 0..<1, using: &generator) < probability
        }
    }

    private let state: Mutex<State>

    package init(faults: Faults = .none) {
        state = Mutex(State(faults: faults, generator: SplitMix64(seed: faults.seed)))
    }

    package var counters: Counters { state.withLock { $0.counters } }

    /// Changes the probabilities; the seed counts only at the beginning.
    package func setFaults(_ faults: Faults) {
        state.withLock { $0.faults = faults }
    }

    /// A new replica's bus. It works at once; its `run()` only waits for the end.
    package func bus(
        for service: ServiceName, replica: Int = 1, requests: PendingRequests.Limits = .init(),
        admission: AdmissionQueue<InMemoryBus.Work>.Limits = .init()
    ) -> InMemoryBus {
        let (bus, ready) = state.withLock { state in
            state.lastID += 1
            let bus = InMemoryBus(
                id: state.lastID, service: service, replica: replica, network: self, requests: requests, admission: admission)
            let ready = state.members.filter { $0.value.isReady && !$0.value.isCut }.sorted { $0.key < $1.key }
            state.members[bus.id] = Member(bus: bus)
            return (bus, ready.map { ($0.key, $0.value.bus.service) })
        }
        for (id, service) in ready { bus.endpointReady(id, of: service) }
        return bus
    }

    /// Nothing reaches this replica and nothing it says is heard, as if its cable were pulled.
    package func cut(_ service: ServiceName, replica: Int = 1) {
        set(service, replica, isCut: true)
    }

    package func mend(_ service: ServiceName, replica: Int = 1) {
        set(service, replica, isCut: false)
    }

    private func set(_ service: ServiceName, _ replica: Int, isCut: Bool) {
        let (changed, members) = state.withLock { state in
            var changed: [(id: Int, isReady: Bool)] = []
            for (id, member) in state.members where member.bus.service == service && member.bus.replica == replica {
                state.members[id]?.isCut = isCut
                changed.append((id, member.isReady))
            }
            return (changed, state.members.values.map(\.bus))
        }
        for (id, isReady) in changed {
            for member in members {
                if isCut {
                    member.endpointLost(id)
                } else if isReady {
                    member.endpointReady(id, of: service)
                }
            }
        }
    }

    // MARK: Used by the buses

    func announce(_ bus: InMemoryBus) {
        let (members, isCut) = state.withLock { state in
            state.members[bus.id]?.isReady = true
            return (state.members.sorted { $0.key < $1.key }.map(\.value.bus), state.members[bus.id]?.isCut ?? true)
        }
        if !isCut {
            for member in members { member.endpointReady(bus.id, of: bus.service) }
        }
    }

    /// No new requests and no deliveries; what is being answered still is.
    func leave(_ bus: InMemoryBus) {
        let members = state.withLock { state in
            state.members[bus.id] = nil
            return state.members.values.map(\.bus)
        }
        for member in members { member.endpointDraining(bus.id) }
    }

    func publish(_ delivery: Delivery, from source: InMemoryBus) {
        let receivers = state.withLock { state -> [(InMemoryBus, [Delivery])] in
            guard let member = state.members[source.id], !member.isCut else { return [] }
            var receivers: [(InMemoryBus, [Delivery])] = []
            for id in state.members.keys.sorted() {
                guard var target = state.members[id], !target.isCut, target.bus.hears(delivery.stream) else { continue }
                var copies: [Delivery] = []
                if state.happens(state.faults.drop) {
                    state.counters.dropped += 1
                } else if state.happens(state.faults.reorder) {
                    state.counters.reordered += 1
                    target.heldBack.append((delivery, Int.random(in: 1...3, using: &state.generator)))
                } else {
                    copies.append(delivery)
                    if state.happens(state.faults.repeat) {
                        state.counters.repeated += 1
                        copies.append(delivery)
                    }
                }
                if !copies.isEmpty {
                    for index in target.heldBack.indices { target.heldBack[index].countdown -= 1 }
                    copies += target.heldBack.filter { $0.countdown <= 0 }.map(\.delivery)
                    target.heldBack.removeAll { $0.countdown <= 0 }
                }
                state.members[id] = target
                receivers.append((target.bus, copies))
            }
            return receivers
        }
        for (bus, deliveries) in receivers {
            for delivery in deliveries { bus.deliver(delivery) }
        }
    }

    /// Delivers what reordering still holds back.
    package func releaseHeldBack() {
        let late = state.withLock { state in
            var late: [(InMemoryBus, [Delivery])] = []
            for id in state.members.keys.sorted() {
                guard let member = state.members[id] else { continue }
                late.append((member.bus, member.heldBack.map(\.delivery)))
                state.members[id]?.heldBack = []
            }
            return late
        }
        for (bus, deliveries) in late {
            for delivery in deliveries { bus.deliver(delivery) }
        }
    }

    /// - Returns: whether there is anybody to send it to; a lost request counts as sent.
    func send(_ request: RequestFrame, from source: InMemoryBus, to id: Int) -> Bool {
        let (target, copies) = state.withLock { state -> (InMemoryBus?, Int) in
            guard let member = state.members[id], !member.isCut, !(state.members[source.id]?.isCut ?? false) else { return (nil, 0) }
            if state.happens(state.faults.dropRequests) {
                state.counters.requestsDropped += 1
                return (member.bus, 0)
            }
            if state.happens(state.faults.repeatRequests) {
                state.counters.requestsRepeated += 1
                return (member.bus, 2)
            }
            return (member.bus, 1)
        }
        guard let target else { return false }
        for _ in 0..<copies { target.serve(request, for: source) }
        return true
    }

    func reply(_ reply: ReplyFrame, from source: InMemoryBus, to asker: InMemoryBus) {
        let isLost = state.withLock { state in
            if state.members[source.id]?.isCut ?? false || state.members[asker.id]?.isCut ?? false { return true }
            guard state.happens(state.faults.dropRequests) else { return false }
            state.counters.requestsDropped += 1
            return true
        }
        if !isLost { asker.answered(reply) }
    }
}

extension Delivery {
    package var stream: StreamName {
        switch self {
        case .event(let event): event.header.stream
        case .beacon(let beacon): beacon.stream
        case .ephemeral(let frame): frame.stream
        }
    }
}
