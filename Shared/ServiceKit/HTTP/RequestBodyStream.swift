import Hummingbird
import NIOCore

/// A request's body as it comes, byte for byte. Reading slower than it comes makes the sender wait; it can be read once.
package struct RequestBodyStream: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    /// There were more bytes than may be.
    package struct TooLarge: Error {
        package let bytesMax: Int
    }

    let body: RequestBody
    var bytesMax = Int.max
    let isWhole: @Sendable () -> Bool

    init(body: RequestBody, isWhole: @escaping @Sendable () -> Bool) {
        self.body = body
        self.isWhole = isWhole
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        var parts: RequestBody.AsyncIterator
        var bytesLeft: Int
        let bytesMax: Int
        let isWhole: @Sendable () -> Bool

        /// - Throws: ``TooLarge``, ``ClientConnection/BodyCutShort`` or what the connection ended with.
        package mutating func next() async throws -> ByteBuffer? {
            guard let part = try await parts.next() else {
                guard isWhole() else { throw ClientConnection.BodyCutShort() }
                return nil
            }
            bytesLeft -= part.readableBytes
            guard bytesLeft >= 0 else { throw TooLarge(bytesMax: bytesMax) }
            return part
        }
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(parts: body.makeAsyncIterator(), bytesLeft: bytesMax, bytesMax: bytesMax, isWhole: isWhole)
    }

    /// The same with a limit. Unit: bytes.
    package func limited(to bytesMax: Int) -> RequestBodyStream {
        var limited = self
        limited.bytesMax = bytesMax
        return limited
    }

    /// All of it in memory.
    package func collect() async throws -> ByteBuffer {
        var whole = ByteBuffer()
        for try await part in self { whole.writeImmutableBuffer(part) }
        return whole
    }
}
