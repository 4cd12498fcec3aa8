import Contracts
import Foundation

/// What an adapter may bring. Contracts §9, §13.
enum InboundLimits {
    /// Of one message's id, the provider's or ours: a Message-ID has at most a line of mail, which is 998 bytes.
    static let identifier = TextRule(bytesMax: 1_000, layout: .line)
    /// Ids that a message answers. Those of a long thread of mail that matter are the last ones.
    static let threadMax = 50
    /// Longer HTML travels as an attachment. Source: contracts.md §10.
    static let html = TextRule(bytesMax: 32_768, layout: .foreign, mayBeEmpty: true)
    /// Seconds that a message may have been on its way: providers deliver again for a week, mail servers for less.
    static let ageMax: TimeInterval = 30 * 86_400

    /// - Throws: ``ChatError``, naming the field.
    static func validate(_ request: ReceiveInbound) throws(ChatError) {
        guard Channel.allCases.contains(request.channel), request.channel != .website else {
            throw .fieldInvalid(field: "channel", detail: "This is no channel that messages are received from.")
        }
        // What is not kept yet must not be lost either: whoever sends it hears so, and keeps it.
        guard request.attachments.isEmpty else {
            throw .fieldInvalid(field: "attachments", detail: "Attachments are not taken yet.")
        }
        guard request.details.isEmpty else { throw .fieldInvalid(field: "details", detail: "Details are not taken yet.") }
        try TextLimits.validate(request.externalID, identifier, field: "external_id")
        guard request.thread.count <= threadMax else {
            throw .fieldInvalid(field: "thread", detail: "has \(request.thread.count) ids; at most \(threadMax) are taken")
        }
        for (index, id) in request.thread.enumerated() { try TextLimits.validate(id, identifier, field: "thread[\(index)]") }
        try TextLimits.validateLine(request.subject, field: "subject")
        try TextLimits.validateMessage(request.text)
        try TextLimits.validate(request.html, html, field: "html")
    }

    /// The sender's clock may be wrong by any amount, and no message is lost for it.
    static func clamp(_ sentAt: Date, now: Date) -> Date { min(max(sentAt, now.addingTimeInterval(-ageMax)), now) }
}
