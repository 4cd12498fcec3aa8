import Contracts
import Foundation
import Logging
import Synchronization

/// Finds replicas by asking a name server for all addresses of each service's name: containers that come and go.
package struct NamedEndpointDirectory: EndpointDirectory {
    /// A new replica is found after at most this long and the name server's own delay.
    package static let askEvery: Duration = .seconds(3)

    private let peers: [NamedPeer]
    private let resolver: any HostResolver
    private let every: Duration
    private let limits: NamedAddresses.Limits
    private let logger: Logger

    package init(
        _ peers: [NamedPeer], resolver: any HostResolver = SystemHostResolver(), every: Duration = NamedEndpointDirectory.askEvery,
        limits: NamedAddresses.Limits = NamedAddresses.Limits(), logger: Logger
    ) {
        self.peers = peers
        self.resolver = resolver
        self.every = every
        self.limits = limits
        self.logger = logger
    }

    package func endpoints() -> AsyncStream<[Endpoint]> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let state = State(NamedAddresses(peers, limits: limits))
            let task = Task {
                // Each name by itself: one that is not answered holds up no other.
                await withTaskGroup(of: Void.self) { group in
                    for index in peers.indices { group.addTask { await watch(index, state, continuation) } }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func watch(_ index: Int, _ state: State, _ continuation: AsyncStream<[Endpoint]>.Continuation) async {
        let peer = peers[index]
        var lastTrouble: HostResolutionError?
        while !Task.isCancelled {
            do throws(HostResolutionError) {
                let addresses = Set(try await resolver.addresses(of: peer.host))
                state.addresses.withLock { known in
                    // Within the lock, so that the newest is said last.
                    if known.resolved(index, addresses, now: .now) { continuation.yield(known.endpoints) }
                }
                lastTrouble = nil
            } catch {
                // No answer says nothing: what was known stays.
                if error != lastTrouble {
                    logger.warning(
                        "a name cannot be resolved", metadata: ["service": "\(peer.service)", "name": "\(peer.host)", "error": "\(error)"])
                }
                lastTrouble = error
            }
            do { try await Task.sleep(for: every) } catch { return }
        }
    }

    private final class State: Sendable {
        let addresses: Mutex<NamedAddresses>

        init(_ addresses: consuming NamedAddresses) {
            self.addresses = Mutex(addresses)
        }
    }
}
