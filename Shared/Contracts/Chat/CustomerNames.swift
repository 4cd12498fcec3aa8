/// Only customers that have a name or an e-mail address.
package struct CustomerNames: Codable, Sendable, Equatable {
    package struct Item: Codable, Sendable, Equatable {
        package let sessionID: ConversationID
        /// The e-mail address of whoever said no name.
        package let name: String

        package init(sessionID: ConversationID, name: String) {
            self.sessionID = sessionID
            self.name = name
        }

        private enum CodingKeys: String, CodingKey {
            case name
            case sessionID = "session_id"
        }
    }

    package let items: [Item]

    package init(items: [Item]) {
        self.items = items
    }
}
