/// What a frame may hold at most. Whatever is beyond is refused by the sender and malformed to the receiver.
package enum WireLimits {
    /// Bytes of an event's, an ephemeral's or a request's payload. An event is held to it before its transaction commits.
    /// - Source: contracts.md §9.
    package static let payloadMax = 256 * 1024

    /// Bytes of a reply's payload: a page of fetched events (``FetchEvents/bytesMax`` and one event more) fits with room.
    package static let replyPayloadMax = 2 * 1024 * 1024

    /// Bytes of a whole frame that a socket accepts (`ZMQ_MAXMSGSIZE`): far above what we send, because libzmq 4.3.4 answers a
    /// longer one by never connecting again (messaging.md §1.5).
    package static let frameMax = 4 * 1024 * 1024

    /// Bytes of a topic. libzmq 4.3.4 corrupts subscriptions of 246 and more (messaging.md §1.16).
    package static let topicMax = 64

    /// Bytes of a service's name, so that the longest topic, `e.<stream>.<part>.`, stays below ``topicMax``.
    package static let nameMax = 32

    /// Bytes. W3C trace context version 00 has 55; a longer one is not passed on.
    package static let traceparentMax = 128

    /// Bytes of an event's context: five short members, the longest a sector's name of 400 bytes, which escapes may double.
    package static let contextMax = 2048

    /// Partitions that a beacon may speak of. Ours has 16; a stream's own number is fixed for ever.
    package static let partitionsMax = 256

    /// The highest sequence: 2⁵³, which every client can hold. So whoever adds to one stays within 64 bits.
    package static let sequenceMax: Int64 = 1 << 53

    /// Bytes of a sentence in a failure (`malformed`, `internal`). Longer ones are cut.
    package static let failureTextMax = 1024
}
