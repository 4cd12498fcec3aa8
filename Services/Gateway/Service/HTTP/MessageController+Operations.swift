import Contracts

extension MessageController {
    static let operations: [Operation] = [
        Operation(
            "sendMessage", "Messages", "Send a message", "An agent's reply to a conversation that nobody holds takes it first.",
            takes: MessageController.NewMessage.self,
            answers: [
                .init(200, "This id was stored before; the same body again.", Message.self),
                .init(201, "Stored: it is committed.", Message.self),
            ], refusals: [404, 409]),
        Operation(
            "listMessages", "Messages", "Read a session's messages",
            "`id` is the session's. Without `after` and `before`: the newest. If `through` is below the `after` that you gave, you have seen more than there is: a backup was restored, or you came from another server. Forget what you have of this session and read it anew.",
            query: [.sequence("after", "Only above this sequence."), .sequence("before", "Only below this sequence."), .limit],
            answers: [.init(200, "Messages, ascending.", MessagePage.self)]),
        Operation(
            "editMessage", "Messages", "Edit a message", "`id` is the message's. Its author, a supervisor or an administrator.",
            takes: MessageController.Edit.self, answers: [.init(200, "Edited.", Message.self)], refusals: [409]),
        Operation(
            "deleteMessage", "Messages", "Delete a message", "`id` is the message's.",
            answers: [.init(204, "Its text is gone, its place stays.")], refusals: [409]),
    ]
}
