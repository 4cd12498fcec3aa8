/// Said by each gateway every 60 s and when a visitor's last socket closes. A visitor not seen for ten minutes no longer holds an agent's capacity.
package struct ReportPresentVisitors: BusRequest, AskedByAnyone, Equatable {
    package typealias Reply = Done
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.report-present-visitors"
    package static let service = ServiceName.chat
    package let visitors: [PresentVisitor]

    package init(visitors: [PresentVisitor]) {
        self.visitors = visitors
    }

    private enum CodingKeys: String, CodingKey {
        case visitors
    }
}
