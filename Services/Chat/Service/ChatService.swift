import Bus
import Contracts
import EventLog
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle
import Storage

/// Owns conversations. Every part is built here and passed by `init`; nothing is global, nothing is set later.
package struct ChatService: Sendable {
    package static let migrations = Bundle.module.url(forResource: "Migrations", withExtension: nil)
    package static let keys: [SettingKey] = ServiceBackbone.keys(.chat) + ChatConfiguration.keys

    private let backbone: ServiceBackbone

    package init(configuration: ChatConfiguration, backbone: ServiceBackbone) {
        self.backbone = backbone
        let database = backbone.database
        let publisher = backbone.publisher
        let times = configuration.times
        let writer = ConversationWriter(database: database, publisher: publisher, times: times)
        let conversations = ConversationRepository(database: database)
        let messages = MessageRepository(database: database)
        let customers = CustomerRepository(database: database, publisher: publisher)
        let rooms = RoomRepository(database: database)
        let preferences = NotificationPreferenceRepository(database: database)

        let requests = backbone.requests
        requests.register(OpenConversationHandler(conversations: conversations, customers: customers, writer: writer))
        requests.register(GetConversationHandler(conversations: conversations))
        requests.register(ListConversationsHandler(conversations: conversations))
        requests.register(CountConversationsHandler(conversations: conversations))
        requests.register(ListCustomerNamesHandler(conversations: conversations))
        requests.register(ChangeConversationHandler(conversations: conversations, writer: writer))
        requests.register(ListParticipantsHandler(conversations: conversations))
        requests.register(FindOpenConversationHandler(conversations: conversations))
        requests.register(AppendMessageHandler(writer: writer, bus: backbone.bus))
        requests.register(ListMessagesHandler(messages: messages))
        requests.register(ReadEntriesHandler(messages: messages))
        requests.register(
            ReceiveInboundHandler(
                reception: InboundReception(database: database, batch: ConversationBatch(publisher: publisher, times: times))))
        requests.register(RecordDeliveryHandler(conversations: conversations, writer: writer))
        requests.register(EditMessageHandler(conversations: conversations, writer: writer))
        requests.register(DeleteMessageHandler(conversations: conversations, writer: writer))
        requests.register(AdvanceReceiptsHandler(database: database, publisher: publisher))
        requests.register(ReportTypingHandler(conversations: conversations, bus: backbone.bus))
        requests.register(GetCustomerHandler(customers: customers))
        requests.register(UpdateCustomerHandler(customers: customers))
        requests.register(BlockCustomerHandler(customers: customers, conversations: conversations, bus: backbone.bus))
        requests.register(UnblockCustomerHandler(customers: customers))
        requests.register(ListBlockedCustomersHandler(customers: customers))
        requests.register(
            ReportPresentVisitorsHandler(
                customers: customers, setAside: SetAside("seeing visitors", metrics: backbone.metrics, logger: backbone.logger)))
        requests.register(ListRoomsHandler(rooms: rooms))
        requests.register(GetRoomHandler(rooms: rooms))
        requests.register(SaveRoomHandler(rooms: rooms))
        requests.register(DeleteRoomHandler(rooms: rooms))
        requests.register(ListChatAuditHandler(audit: AuditRepository(database: database)))
        requests.register(GetChatNotificationPreferencesHandler(preferences: preferences))
        requests.register(SetChatNotificationPreferencesHandler(preferences: preferences))

        let mirror = AssignmentMirror(batch: ConversationBatch(publisher: publisher, times: times))
        backbone.hear(.router) { try mirror.apply($0, in: $1) }
        let listener = BusinessRulesListener()
        backbone.hear(.accounts, subjects: [BusinessRulesChanged.subject]) { try listener.apply($0, in: $1) }
        let clock = ConversationClock(database: database, writer: writer, metrics: backbone.metrics, logger: backbone.logger)
        backbone.every(ConversationClock.period, "moving conversations whose time has come") {
            try await clock.look() == ConversationClock.batchMax
        }
        let serviceClocks = ServiceClockKeeper(
            database: database, publisher: publisher, metrics: backbone.metrics, logger: backbone.logger)
        backbone.every(ServiceClockKeeper.period, "looking after service targets") {
            let hasMore = try await serviceClocks.read()
            try await serviceClocks.look()
            return hasMore
        }
    }

    /// Run together; stop last to first.
    package var parts: [any Service] { backbone.parts }
}
