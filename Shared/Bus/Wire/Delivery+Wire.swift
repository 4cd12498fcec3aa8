import Contracts

extension WireFrame {
    /// - Throws: if a receiver would call it malformed.
    init(_ delivery: Delivery) throws(MalformedFrame) {
        switch delivery {
        case .event(let event):
            try event.validate()
            self = .event(event)
        case .beacon(let beacon):
            guard (1...WireLimits.partitionsMax).contains(beacon.heads.count), beacon.stream.isNameable else {
                throw MalformedFrame("a beacon of \(beacon.heads.count) partitions of \(beacon.stream)")
            }
            self = .beacon(beacon)
        case .ephemeral(let frame):
            guard frame.payload.count <= WireLimits.payloadMax, frame.stream.isNameable, frame.subject.isNameable else {
                throw MalformedFrame(
                    "\(frame.subject) has \(frame.payload.count) bytes of payload; at most \(WireLimits.payloadMax) travel")
            }
            self = .ephemeral(frame)
        }
    }

    /// What a subscriber hears; nil for frames of other kinds.
    var delivery: Delivery? {
        switch self {
        case .event(let event): .event(event)
        case .beacon(let beacon): .beacon(beacon)
        case .ephemeral(let frame): .ephemeral(frame)
        case .hello, .ping, .pong, .request, .reply: nil
        }
    }
}

extension RequestEnvelope {
    func with(budget: Duration) -> RequestEnvelope {
        RequestEnvelope(
            subject: subject, key: key, budget: budget, clientID: clientID, traceparent: traceparent, keyedContent: keyedContent,
            payload: payload)
    }

    /// - Throws: if the other side would call it malformed.
    func validate() throws(BusError) {
        guard payload.count <= WireLimits.payloadMax else {
            throw .malformed("\(subject) has \(payload.count) bytes; at most \(WireLimits.payloadMax) travel")
        }
        guard subject.isNameable else { throw .malformed("a subject has 1 to \(Subject.lengthMax) visible ASCII characters") }
    }
}

extension Answer {
    /// The reply's bytes, or the error that the asker gets.
    package func payload() throws(BusError) -> [UInt8] {
        switch self {
        case .reply(let bytes): return bytes
        case .refusal(let refusal): throw .refused(refusal)
        case .failure(let error): throw error
        }
    }

    /// The same, unless it is too long to travel: that is a bug of the answering side, and the asker learns it.
    var capped: Answer {
        guard case .reply(let bytes) = self, bytes.count > WireLimits.replyPayloadMax else { return self }
        return .failure(.malformed("the reply has \(bytes.count) bytes; at most \(WireLimits.replyPayloadMax) travel"))
    }
}

extension StreamName {
    var isNameable: Bool { (1...WireLimits.nameMax).contains(rawValue.utf8.count) && rawValue.isToken }
}

extension Subject {
    var isNameable: Bool { (1...Self.lengthMax).contains(rawValue.utf8.count) && rawValue.isToken }
}
