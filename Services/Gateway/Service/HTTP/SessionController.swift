import Bus
import Contracts
import Foundation
import Hummingbird

/// Chat sessions: conversations as the chat API shows them.
struct SessionController {
    let places: SocketPlaces
    let origins: PublicOrigins

    var routes: [Route] {
        [
            Route(.post, "/api/v1/chat/sessions", "openSession", OpenConversation.access, opensConversation: true) { try await open($0) },
            Route(.get, "/api/v1/chat/sessions", "listSessions", ListConversations.access) { try await list($0) },
            Route(.get, "/api/v1/chat/session-counts", "countSessions", CountConversations.access) { call in
                try await call.pass(CountConversations(principal: call.principal))
            },
            Route(.get, "/api/v1/chat/sessions/{id}", "getSession", GetConversation.access) { try await get($0) },
            Route(.patch, "/api/v1/chat/sessions/{id}", "changeSession", ChangeConversation.access) { try await change($0) },
            Route(.post, "/api/v1/chat/sessions/{id}/close", "closeSession", ChangeConversation.access) { call in
                try call.expectNoMembers()
                return try await call.pass(ChangeConversation(principal: call.principal, id: try call.id("conversation"), status: .closed))
            },
            Route(.get, "/api/v1/chat/sessions/{id}/participants", "listParticipants", ListParticipants.access) { call in
                try await call.pass(ListParticipants(principal: call.principal, sessionID: try call.id("conversation")))
            },
            Route(.post, "/api/v1/chat/sessions/{id}/read", "markRead", AdvanceReceipts.access) { try await read($0) },
            Route(.post, "/api/v1/chat/sessions/{id}/typing", "reportTyping", .participants) { try await typing($0) },
            Route(.get, "/api/v1/chat/ws/{session_id}", "openSessionSocket", GetConversation.access) { call in
                _ = try call.sequence("after")
                _ = try await call.askForBytes(
                    GetConversation(principal: call.principal, id: try call.id("conversation", at: "session_id")))
                return try refuseUpgrade(call)
            },
            Route(.get, "/api/v1/realtime", "openRealtimeSocket", .staff) { call in
                try origins.admitStaffPage(call.request.headers[.origin])
                return try refuseUpgrade(call)
            },
        ]
    }

    /// Why a request to a socket's address was not upgraded, where nothing else was wrong: no place, or it did not ask.
    private func refuseUpgrade(_ call: GatewayCall) throws -> Response {
        try places.demand(call.address, call.principal)
        throw Problem.upgradeRequired
    }

    struct NewSession: Decodable {
        struct FirstMessage: Decodable {
            let id: MessageID?
            let text: String
            let metadata: [String: JSONValue]?
        }

        let id: ConversationID?
        let subject: String?
        let priority: Int?
        let roomID: RoomID?
        let metadata: [String: JSONValue]?
        let page: PageVisit?
        let locale: String?
        let message: FirstMessage?
        let customer: NewCustomer?

        enum CodingKeys: String, CodingKey {
            case id, subject, priority, metadata, page, locale, message, customer
            case roomID = "room_id"
        }
    }

    private func open(_ call: GatewayCall) async throws -> Response {
        let new = try call.decode(NewSession.self)
        if let priority = new.priority, !(0...10).contains(priority) { throw Problem.body("priority", "is not from 0 to 10") }
        let principal = call.principal
        if principal.role == .customer {
            if new.customer != nil { throw Problem.body("customer", "is for the company's people") }
            // Nobody chooses its own place in the queue.
            if new.priority != nil { throw Problem.body("priority", "is for the company's people") }
        }
        let message = try new.message.map { message in
            MessageDraft(
                id: try message.id ?? MessageID(call.newID(part: "message")), text: message.text, metadata: message.metadata ?? [:])
        }
        let request = OpenConversation(
            principal: principal, id: try new.id ?? ConversationID(call.newID()), channel: .website, subject: new.subject,
            priority: new.priority, roomID: new.roomID, metadata: new.metadata ?? [:], page: new.page, locale: new.locale,
            message: message, customer: new.customer)
        let reply = try await call.askForBytes(request)
        guard let members = JSONMembers(reply), let session = members.ranges["session"], let isRepeat = members.ranges["is_repeat"] else {
            throw BusError.malformed("\(OpenConversation.subject)")
        }
        let body = try await SessionBytes.withQueuePlace(Array(reply[session]), call)
        return .json(bytes: body, status: reply[isRepeat].elementsEqual("true".utf8) ? .ok : .created)
    }

    private func get(_ call: GatewayCall) async throws -> Response {
        let session = try await call.askForBytes(GetConversation(principal: call.principal, id: try call.id("conversation")))
        return .json(bytes: try await SessionBytes.withQueuePlace(session, call))
    }

    private func list(_ call: GatewayCall) async throws -> Response {
        var statuses: [ConversationStatus] = []
        for word in (call.query("status") ?? "").split(separator: ",") {
            let matching = ConversationStatus.matching(String(word))
            guard !matching.isEmpty else {
                throw Problem.parameter("status", "is none of waiting, assigned, pending, resolved, closed, active, completed")
            }
            statuses += matching
        }
        let channel = try call.query("channel").map { word in
            guard let channel = Channel(filter: word) else {
                throw Problem.parameter("channel", "is none of \(Channel.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return channel
        }
        let filter = ConversationFilter(
            view: try call.queryWord("view", of: ["mine", "unassigned", "all"]), statuses: statuses, channel: channel,
            customerID: try call.queryID("customer"), agentID: try call.queryID("agent"), text: call.query("text"),
            sort: try call.queryWord("sort", of: ["newest", "waiting"]))
        let question = ListConversations(principal: call.principal, filter: filter, limit: try call.limit(), cursor: call.query("cursor"))
        guard call.principal.role == .customer else { return try await call.pass(question) }
        // A customer has few, and its own place in the queue is what it looks for.
        let page = try await call.ask(question)
        var items = page.items
        for index in items.indices.prefix(SessionBytes.listPlacesMax) where items[index].status == .waiting {
            items[index].queue = await SessionBytes.queuePlace(items[index].id, call)
        }
        return try .json(Page(items: items, nextCursor: page.nextCursor))
    }

    struct Change: Decodable {
        let status: ConversationStatus?
        let snoozedUntil: Date?
        let priority: Int?
        let subject: String?

        enum CodingKeys: String, CodingKey {
            case status, priority, subject
            case snoozedUntil = "snoozed_until"
        }
    }

    private func change(_ call: GatewayCall) async throws -> Response {
        let id: ConversationID = try call.id("conversation")
        let change = try call.decode(Change.self)
        if let status = change.status, !ConversationStatus.allCases.contains(status) {
            throw Problem.body("status", "is none of \(ConversationStatus.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        if let priority = change.priority, !(0...10).contains(priority) { throw Problem.body("priority", "is not from 0 to 10") }
        let session = try await call.askForBytes(
            ChangeConversation(
                principal: call.principal, id: id, status: change.status, snoozedUntil: change.snoozedUntil, priority: change.priority,
                subject: change.subject))
        return .json(bytes: try await SessionBytes.withQueuePlace(session, call))
    }

    struct Read: Decodable {
        let through: Int64?
        let deliveredThrough: Int64?

        enum CodingKeys: String, CodingKey {
            case through
            case deliveredThrough = "delivered_through"
        }
    }

    private func read(_ call: GatewayCall) async throws -> Response {
        let id: ConversationID = try call.id("conversation")
        let read = try call.decode(Read.self)
        guard read.through != nil || read.deliveredThrough != nil else { throw Problem.body("through", "is missing") }
        for (field, value) in [("through", read.through), ("delivered_through", read.deliveredThrough)] {
            if let value, !GatewayCall.sequenceRange.contains(value) { throw Problem.body(field, "is not a sequence") }
        }
        return try await call.done(
            AdvanceReceipts(
                principal: call.principal, sessionID: id, deliveredThrough: read.deliveredThrough, readThrough: read.through))
    }

    struct Typing: Decodable {
        let active: Bool
    }

    private func typing(_ call: GatewayCall) async throws -> Response {
        let id: ConversationID = try call.id("conversation")
        return try await call.done(ReportTyping(principal: call.principal, sessionID: id, active: try call.decode(Typing.self).active))
    }
}

extension Problem {
    static let upgradeRequired = Problem(.upgradeRequired, "upgrade-required", detail: "This address speaks WebSocket.")
        .with(.upgrade, "websocket").with(.connection, "Upgrade")
}

/// Puts the place in the queue into a waiting session's JSON. The place is a kindness: if the router does not answer soon, it is left out.
enum SessionBytes {
    /// How long a session may be held up for it.
    static let patience = Duration.milliseconds(300)
    /// Sessions of a list that get one.
    static let listPlacesMax = 3

    static func withQueuePlace(_ session: [UInt8], _ call: GatewayCall) async throws -> [UInt8] {
        guard let members = JSONMembers(session), let status = members.ranges["status"], session[status].elementsEqual("\"waiting\"".utf8),
            let queue = members.ranges["queue"], let id = members.ranges["id"],
            let conversation = ConversationID(String(decoding: session[id].dropFirst().dropLast(), as: UTF8.self)),
            let place = await queuePlace(conversation, call)
        else { return session }
        return Array(session[..<queue.lowerBound]) + (try JSON.encode(place)) + Array(session[queue.upperBound...])
    }

    static func queuePlace(_ id: ConversationID, _ call: GatewayCall) async -> Session.QueuePlace? {
        let clientID = call.principal.clientID
        do {
            return try await call.bus.request(
                GetQueuePlace(clientID: clientID, sessionID: id), clientID: clientID, budget: min(patience, call.remaining),
                traceparent: call.trace.description
            ).place
        } catch {
            return nil
        }
    }
}

extension SessionController.NewSession: Described {
    static let meaning = Meaning(
        "NewSession", .question, "A new conversation.",
        fields: [
            Field("id", "Chosen by you, so that a retry opens no second one."),
            Field("subject", "What it is about.", .length(500)),
            Field("priority", "For the company's people; a visitor who gives one is refused.", .range(0, 10), .standard(5)),
            Field("room_id", "The room that it belongs to."),
            Field("metadata", "Yours: kept and given back, never read."),
            Field("page", "The page that the visitor is on."),
            Field("locale", "Language tag, such as `pt-BR`.", .length(500)),
            Field("message", "The first message."),
            Field("customer", "The company's people only: for whom the conversation is opened."),
        ],
        example: [
            "id": "0193f2a4-7c1e-7b60-9d52-2f1f6a0c9e11",
            "message": ["id": "0193f2a4-8d02-7c4f-8a31-5b7c1e0d4f22", "text": "Where is my parcel?"], "locale": "en",
        ])
}

extension SessionController.NewSession.FirstMessage: Described {
    static let meaning = Meaning(
        nil, .question,
        fields: [
            Field("id", "Chosen by you: the same id again is the same message."),
            Field("text", "At most 64 KiB."),
            Field("metadata", "Yours: kept and given back, never read."),
        ])
}

extension SessionController.Read: Described {
    static let meaning = Meaning(
        "Read", .question, "Marks only rise.",
        fields: [
            Field("through", "Everything up to this sequence is read.", .sequence),
            Field("delivered_through", "Everything up to this sequence has arrived.", .sequence),
        ],
        example: ["through": 3])
}

extension SessionController.Change: Described {
    static let meaning = Meaning(
        "SessionChange", .question, "Only what is given changes.",
        fields: [
            Field("status", "`closed` is final."),
            Field("snoozed_until", "With status `pending`."),
            Field("priority", "0 to 10; higher is served first.", .range(0, 10)),
            Field("subject", "What it is about.", .length(500)),
        ],
        example: ["status": "resolved"])
}

extension SessionController.Typing: Described {
    static let meaning = Meaning(
        "Typing", .question, "Told at most once.",
        fields: [
            Field("active", "Whether you are writing just now.")
        ],
        example: ["active": true])
}
