import Contracts

extension SessionController {
    static let operations: [Operation] = [
        Operation(
            "openSession", "Conversations", "Open a session", "A customer's request for help: it is queued at once.",
            takes: SessionController.NewSession.self,
            answers: [
                .init(200, "The id was used before, or the customer has an open session; the message is appended to it.", Session.self),
                .init(201, "Opened and queued.", Session.self),
            ], refusals: [404, 409]),
        Operation(
            "listSessions", "Conversations", "List sessions",
            query: [
                .word("view", "Which list of the inbox.", of: ["mine", "unassigned", "all"]),
                .text("status", "One status or several, separated by commas; also `active` and `completed`. Without it: not closed."),
                .text("channel", "A channel's name."), .id("customer", "Of this customer."), .id("agent", "Held by this agent."),
                .text("text", "Found in the subject, the customer's name or e-mail."),
                .word("sort", "`waiting`: longest waiting first.", of: ["newest", "waiting"]), .limit, .cursor,
            ], answers: [.init(200, "Sessions.", Page<Session>.self)]),
        Operation(
            "countSessions", "Conversations", "Count sessions by list", answers: [.init(200, "The counts.", ConversationCounts.self)]),
        Operation(
            "getSession", "Conversations", "Get a session", answers: [.init(200, "The session.", Session.self)]),
        Operation(
            "changeSession", "Conversations", "Change status, priority or subject", takes: SessionController.Change.self,
            answers: [.init(200, "Changed.", Session.self)], refusals: [409]),
        Operation(
            "closeSession", "Conversations", "Close a session", answers: [.init(200, "Closed for good; it stays readable.", Session.self)],
            refusals: [409]),
        Operation(
            "listParticipants", "Conversations", "Who takes part",
            answers: [.init(200, "Participants with receipts.", Page<Participant>.self)]),
        Operation(
            "markRead", "Conversations", "Say what was received and read", takes: SessionController.Read.self,
            answers: [.init(204, "Noted.")]),
        Operation(
            "reportTyping", "Conversations", "Say that you type", takes: SessionController.Typing.self,
            answers: [.init(204, "Passed on.")], refusals: [409]),
        Operation(
            "openSessionSocket", "Live", "Follow one session",
            "Offer the subprotocols `switchboard.v1` and `bearer.<token>`, or send `Authorization`. JSON text frames.\n\nYou say `subscribe {session_id, after}`, `unsubscribe {session_id}`, `send {id, session_id, text, expected_sequence?}`, `typing {session_id, active}`, `delivered {session_id, through}`, `read {session_id, through}`, each with its name in `type`.\n\nYou hear `{\"type\", \"sequence\", \"through\", \"data\"}` with the types `ready`, `message`, `message_edited`, `message_deleted`, `status`, `assigned`, `session`, `receipt`, `typing`, `presence`, `customer`, `queue`, `sla`, `offer`, `delivery`, `ack`, `error`, `resync`. `ready` ends the replay of what you missed; afterwards the conversation's frames are free of gaps and repeats.\n\n`session` has `{session_id, subject, priority, room_id, by, at}`, the values after the change. `message_edited` and `message_deleted` have `message_sequence`, the changed message's own place, by which you find it in copies such as `last_message`; what does not count as unread any more is yours to subtract. `customer` has `{customer_id, name, email, phone, email_provenance, phone_provenance, blocked}`. `delivery` has `{message_id, session_id, state, attempt, error?, at}`, how far an answer on a channel other than the website has come; it takes no sequence and is for the company's people. `message` has `state` and `attempt` for such an answer.\n\n`resync` has `{session_id}`: what you have of this session, or of all when it is null, is not what this installation has (a backup was restored, or you came from another server). You follow it no longer: forget it, read it anew and subscribe again.\n\nClose codes: 4001 the token has expired, has been ended, or belongs to a customer who is blocked; 4008 you read too slowly, resume with `after`; 1001 this gateway stops.",
            query: [.sequence("after", "The highest sequence you have; what came since is replayed.")],
            answers: [.init(101, "The connection is a WebSocket now.")], refusals: [426]),
        Operation(
            "openRealtimeSocket", "Live", "Follow the whole inbox",
            "Every frame of the company's conversations arrives without subscription; typing only for those you subscribe to. After connecting, wait for `ready` without `session_id`, then read your lists. Its `stale` names services (`chat`, `router`) that are away, so that nothing of theirs arrives by itself at the moment; as soon as it does, `resync` without `session_id` asks you to read anew.\n\nOffer the subprotocols `switchboard.v1` and `bearer.<token>`, or send `Authorization`. JSON text frames.\n\nYou say `subscribe {session_id, after}`, `unsubscribe {session_id}`, `send {id, session_id, text, expected_sequence?}`, `typing {session_id, active}`, `delivered {session_id, through}`, `read {session_id, through}`, each with its name in `type`.\n\nYou hear `{\"type\", \"sequence\", \"through\", \"data\"}` with the types `ready`, `message`, `message_edited`, `message_deleted`, `status`, `assigned`, `session`, `receipt`, `typing`, `presence`, `customer`, `queue`, `sla`, `offer`, `delivery`, `ack`, `error`, `resync`. `ready` ends the replay of what you missed; afterwards the conversation's frames are free of gaps and repeats.\n\n`session` has `{session_id, subject, priority, room_id, by, at}`, the values after the change. `message_edited` and `message_deleted` have `message_sequence`, the changed message's own place, by which you find it in copies such as `last_message`; what does not count as unread any more is yours to subtract. `customer` has `{customer_id, name, email, phone, email_provenance, phone_provenance, blocked}`. `delivery` has `{message_id, session_id, state, attempt, error?, at}`, how far an answer on a channel other than the website has come; it takes no sequence and is for the company's people. `message` has `state` and `attempt` for such an answer.\n\n`resync` has `{session_id}`: what you have of this session, or of all when it is null, is not what this installation has (a backup was restored, or you came from another server). You follow it no longer: forget it, read it anew and subscribe again.\n\nClose codes: 4001 the token has expired, has been ended, or belongs to a customer who is blocked; 4008 you read too slowly, resume with `after`; 1001 this gateway stops.",
            answers: [.init(101, "The connection is a WebSocket now.")], refusals: [426]),
    ]
}
