import Bus
import Contracts
import Foundation
import NIOCore

/// A fact on its way to sockets: its bytes, encoded once, and what the filter needs.
struct LiveFrame: Sendable {
    let clientID: TenantID
    let audience: Audience
    let target: AllowedEvent.Target
    /// The conversation, unless the target is the company or a person: then it is the event's key.
    let conversationID: ConversationID
    /// nil for what has no place in the conversation.
    let sequence: Int64?
    /// Whose typing it is: the typist needs not hear of it.
    let typist: UUID?
    let wire: ByteBuffer

    /// - Returns: nil if nobody outside may hear of it.
    init?(_ delivery: Delivery) {
        switch delivery {
        case .event(let event):
            guard let allowed = AllowedEvents.find(event.header.subject), let clientID = event.header.clientID else { return nil }
            audience = min(allowed.audience, event.header.audience)
            target = allowed.target
            self.clientID = clientID
            conversationID = ConversationID(event.header.key)
            sequence = event.header.keySequence
            typist = nil
            guard audience != .internal else { return nil }
            wire = ServerFrame.make(allowed.frame, sequence: sequence, through: sequence, data: event.payload)
        case .ephemeral(let event):
            guard let allowed = AllowedEvents.find(event.subject) else { return nil }
            audience = min(allowed.audience, event.audience)
            target = allowed.target
            clientID = event.clientID
            conversationID = ConversationID(event.key)
            sequence = nil
            if event.subject == TypingChanged.subject {
                // Ephemera promise nothing.
                guard let typing = try? JSON.decode(TypingChanged.self, from: event.payload) else { return nil }
                typist = typing.author.id?.uuid
            } else {
                typist = nil
            }
            guard audience != .internal else { return nil }
            wire = ServerFrame.make(allowed.frame, sequence: nil, through: nil, data: event.payload)
        case .beacon:
            return nil
        }
    }
}

extension Audience: Comparable {
    /// The narrower audience is the lesser.
    package static func < (left: Audience, right: Audience) -> Bool { left.rawValue < right.rawValue }
}
