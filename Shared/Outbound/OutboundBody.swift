import AsyncHTTPClient
import NIOCore
import Synchronization

/// An answer's body as it comes, in pieces of whatever size. It asks the network for more only when it is read. To be read once, inside the
/// closure that received it.
package struct OutboundBody: AsyncSequence, Sendable {
    private let pieces: HTTPClientResponse.Body
    private let head: OutboundHead
    private let limits: ExchangeLimits
    /// nil: not said, or the answer has no body by its nature.
    private let declaredBytes: Int?
    private let cut = Cut()

    private final class Cut: Sendable { let isCut = Mutex(false) }

    init(_ pieces: HTTPClientResponse.Body, head: OutboundHead, limits: ExchangeLimits, declaredBytes: Int?) {
        self.pieces = pieces
        self.head = head
        self.limits = limits
        self.declaredBytes = declaredBytes
    }

    /// Whether it ended at its limit, once it has ended.
    package var isCut: Bool { cut.isCut.withLock { $0 } }

    package func makeAsyncIterator() -> Iterator { Iterator(self) }

    package struct Iterator: AsyncIteratorProtocol {
        private let body: OutboundBody
        private var pieces: HTTPClientResponse.Body.AsyncIterator?
        private var bytes = 0

        init(_ body: OutboundBody) {
            self.body = body
            pieces = body.pieces.makeAsyncIterator()
        }

        /// - Throws: ``OutboundError/unknown(host:_:status:)``, also if the body ended before its declared length.
        package mutating func next() async throws -> [UInt8]? {
            guard pieces != nil else { return nil }
            let piece: ByteBuffer?
            do { piece = try await pieces?.next() } catch { throw body.unknown(OutboundTrouble(error, isSent: true)) }
            // A cancelled sequence ends like a whole one.
            if Task.isCancelled { throw body.unknown(.cancelled) }
            guard let piece else {
                pieces = nil
                if let declared = body.declaredBytes, declared != bytes { throw body.unknown(.connectionLost) }
                return nil
            }
            let room = body.limits.bodyBytesMax - bytes
            bytes += piece.readableBytes
            if piece.readableBytes <= room { return Array(piece.readableBytesView) }
            pieces = nil
            guard body.limits.excess == .isCut else { throw body.unknown(.answerBodyTooLarge) }
            body.cut.isCut.withLock { $0 = true }
            return room > 0 ? Array(piece.readableBytesView.prefix(room)) : nil
        }
    }

    private func unknown(_ trouble: OutboundTrouble) -> OutboundError { .unknown(host: head.host, trouble, status: head.status) }
}
