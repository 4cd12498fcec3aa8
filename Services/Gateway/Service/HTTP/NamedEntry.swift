import Bus
import Contracts

/// An entry of a list that the router keeps, with the customer's name, which chat has.
struct NamedEntry<Entry: Codable & Sendable>: Codable, Sendable {
    let entry: Entry
    /// nil: a visitor without a name, or chat did not answer in time.
    let customerName: String?

    private enum CodingKeys: String, CodingKey {
        case customerName = "customer_name"
    }

    init(_ entry: Entry, customerName: String?) {
        self.entry = entry
        self.customerName = customerName
    }

    init(from decoder: any Decoder) throws {
        entry = try Entry(from: decoder)
        customerName = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .customerName)
    }

    func encode(to encoder: any Encoder) throws {
        try entry.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(customerName, forKey: .customerName)
    }
}

extension GatewayCall {
    /// How long a list may be held up for names.
    private static var patience: Duration { .milliseconds(300) }

    /// Asks chat once, for as many entries as a page has.
    func named<Entry>(_ entries: [Entry], of session: (Entry) -> ConversationID) async -> [NamedEntry<Entry>] {
        guard !entries.isEmpty else { return [] }
        var names: [ConversationID: String] = [:]
        do {
            let question = ListCustomerNames(
                principal: principal, sessionIDs: entries.prefix(Page<Entry>.limitMax).map(session))
            let reply = try await bus.request(
                question, clientID: principal.clientID, budget: min(Self.patience, remaining), traceparent: trace.description)
            names = Dictionary(reply.items.map { ($0.sessionID, $0.name) }) { first, _ in first }
        } catch {
            // Without names the list still says who waits, and where.
        }
        return entries.map { NamedEntry($0, customerName: names[session($0)]) }
    }
}
