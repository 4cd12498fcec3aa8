import Foundation

/// Waits for many connections at once. Belongs to one thread.
final class LoadPoll {
    private var connections: [LoadConnection] = []
    private var descriptors: [pollfd] = []

    func add(_ connection: LoadConnection) {
        connections.append(connection)
        descriptors.append(pollfd(fd: connection.descriptor, events: Int16(POLLIN), revents: 0))
    }

    /// - Parameter timeout: in milliseconds.
    /// - Returns: connections with something to read; none if nothing came in time.
    func wait(_ timeout: Int) -> [LoadConnection] {
        guard poll(&descriptors, nfds_t(descriptors.count), Int32(timeout)) > 0 else { return [] }
        return descriptors.indices.filter { descriptors[$0].revents != 0 }.map { connections[$0] }
    }
}
