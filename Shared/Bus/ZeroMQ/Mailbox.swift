import CZeroMQ
import Contracts
import Foundation
import Synchronization

/// What other threads want of the bus's thread, in the order in which they said it.
enum Command: Sendable {
    case publish([UInt8])
    /// Its handlers are known already; it is to be connected.
    case subscribe(StreamName)
    case request(Question)
    case cancel(UInt64)
    case reply(RoutingID, [UInt8])
    case endpoints([Endpoint])
    case publicKeys(CurvePublicKeys)
    case leave
    case drain
    case stop
}

/// A request that waits for its answer.
struct Question: Sendable {
    let number: UInt64
    let service: ServiceName
    let subject: Subject
    let deadline: ContinuousClock.Instant
    /// The encoded frame; number, attempt and budget are filled in for each attempt.
    var bytes: [UInt8]
    let continuation: CheckedContinuation<Answer, Never>
}

/// Who hears what, from the moment in which `subscribe` returns.
final class Subscriptions: Sendable {
    private let handlers = Mutex<[StreamName: [@Sendable (Delivery) -> Void]]>([:])

    func add(_ handler: @escaping @Sendable (Delivery) -> Void, to stream: StreamName) {
        handlers.withLock { $0[stream, default: []].append(handler) }
    }

    func handlers(of stream: StreamName) -> [@Sendable (Delivery) -> Void] {
        handlers.withLock { $0[stream] ?? [] }
    }
}

/// Takes commands from any thread and wakes the bus's thread, by an eventfd, only if it sleeps.
final class Mailbox: Sendable {
    enum Outcome {
        case taken
        case full
        case closed
    }

    private struct State {
        var commands: [Command] = []
        var publishBytes = 0
        var isAsleep = false
        var isClosed = false
        var publishesDropped = 0
    }

    private let state = Mutex(State())
    private let commandsMax: Int
    private let publishBytesMax: Int
    let wakeDescriptor: Int32

    init(commandsMax: Int, publishBytesMax: Int) {
        self.commandsMax = commandsMax
        self.publishBytesMax = publishBytesMax
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        precondition(wakeDescriptor >= 0, "no file descriptor left for the bus")
    }

    deinit {
        close(wakeDescriptor)
    }

    var publishesDropped: Int { state.withLock { $0.publishesDropped } }

    /// Limits hold for what can be lost or refused; control commands always get in.
    @discardableResult func put(_ command: Command) -> Outcome {
        let (outcome, wakes) = state.withLock { state -> (Outcome, Bool) in
            guard !state.isClosed else { return (.closed, false) }
            switch command {
            case .publish(let bytes):
                guard state.commands.count < commandsMax, state.publishBytes + bytes.count <= publishBytesMax else {
                    state.publishesDropped += 1
                    return (.full, false)
                }
                state.publishBytes += bytes.count
            case .request:
                guard state.commands.count < commandsMax else { return (.full, false) }
            case .subscribe, .cancel, .reply, .endpoints, .publicKeys, .leave, .drain, .stop:
                break
            }
            state.commands.append(command)
            defer { state.isAsleep = false }
            return (.taken, state.isAsleep)
        }
        if wakes { wake() }
        return outcome
    }

    func countDroppedPublish() {
        state.withLock { $0.publishesDropped += 1 }
    }

    /// Takes everything; `buffer` must be empty.
    func take(into buffer: inout [Command]) {
        state.withLock { state in
            state.isAsleep = false
            state.publishBytes = 0
            swap(&state.commands, &buffer)
        }
    }

    /// - Returns: false if there is something to do, so the thread must not sleep.
    func fallAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.commands.isEmpty
            return state.isAsleep
        }
    }

    /// - Returns: what nobody will do any more.
    func shut() -> [Command] {
        state.withLock { state in
            state.isClosed = true
            defer { state.commands = [] }
            return state.commands
        }
    }

    private func wake() {
        var one: UInt64 = 1
        // It can only fail with EAGAIN, when the counter is full: then the thread wakes anyway.
        _ = write(wakeDescriptor, &one, 8)
    }

    func clearWake() {
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, 8)
    }
}
