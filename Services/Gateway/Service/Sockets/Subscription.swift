import Contracts

/// A socket's place in one conversation. Confined to the socket's event loop.
final class Subscription {
    let conversationID: ConversationID
    unowned let socket: Socket
    /// The highest sequence this client is complete up to.
    var through: Int64
    /// Frames that came while history is being read; nil once live.
    var held: [LiveFrame]?
    /// More came than may be held: history has to be read on.
    var overflowed = false

    init(_ conversationID: ConversationID, socket: Socket, through: Int64) {
        self.conversationID = conversationID
        self.socket = socket
        self.through = through
        held = []
    }

    /// - Returns: true if the frame is to be written now.
    func takes(_ frame: LiveFrame, limit: Int) -> Bool {
        if held != nil {
            if held?.count ?? 0 < limit { held?.append(frame) } else { overflowed = true }
            return false
        }
        return isNew(frame)
    }

    /// Each sequence once; what has none always.
    func isNew(_ frame: LiveFrame) -> Bool {
        guard let sequence = frame.sequence else { return true }
        guard sequence > through else { return false }
        through = sequence
        return true
    }
}
