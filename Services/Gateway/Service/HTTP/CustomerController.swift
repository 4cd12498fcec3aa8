import Contracts
import Foundation
import Hummingbird

/// Customers: the side panel's card, blocks, and what a visitor says of itself.
struct CustomerController {
    var routes: [Route] {
        [
            Route(.get, "/api/admin/customers/{id}", "getCustomer", GetCustomer.access) { call in
                try await call.pass(GetCustomer(principal: call.principal, id: try call.id("customer")))
            },
            Route(.patch, "/api/admin/customers/{id}", "changeCustomer", .writers) { try await change($0) },
            Route(.patch, "/api/v1/widget/contact", "leaveContact", .customers) { try await leaveContact($0) },
            Route(.get, "/api/v1/chat/users/blocked", "listBlockedCustomers", ListBlockedCustomers.access) { call in
                try await call.pass(
                    ListBlockedCustomers(principal: call.principal, limit: try call.limit(), cursor: call.query("cursor")))
            },
            Route(.post, "/api/v1/chat/users/{id}/block", "blockCustomer", BlockCustomer.access) { try await block($0) },
            Route(.post, "/api/v1/chat/users/{id}/unblock", "unblockCustomer", UnblockCustomer.access) { call in
                try call.expectNoMembers()
                return try await call.done(UnblockCustomer(principal: call.principal, customerID: try call.id("customer")))
            },
        ]
    }

    struct Change: Decodable {
        let name: String?
        let email: String?
        let phone: String?
        let locale: String?
        let attributes: [String: JSONValue]?
    }

    private func change(_ call: GatewayCall) async throws -> Response {
        let id: CustomerID = try call.id("customer")
        let change = try call.decode(Change.self)
        return try await call.pass(
            UpdateCustomer(
                principal: call.principal, id: id, name: change.name, email: change.email, phone: change.phone, locale: change.locale,
                attributes: change.attributes))
    }

    struct Contact: Decodable {
        let name: String?
        let email: String?
        let page: PageVisit?
        let locale: String?
    }

    private func leaveContact(_ call: GatewayCall) async throws -> Response {
        let contact = try call.decode(Contact.self)
        let card = try await call.ask(
            UpdateCustomer(
                principal: call.principal, id: CustomerID(call.principal.subject.uuid), name: contact.name, email: contact.email,
                locale: contact.locale, page: contact.page))
        // Not the whole card: what the company notes about a customer is not the customer's to read here.
        return try .json(Session.CustomerSummary(id: card.id, name: card.name, email: card.email))
    }

    struct Block: Decodable {
        let reason: String?
    }

    private func block(_ call: GatewayCall) async throws -> Response {
        let id: CustomerID = try call.id("customer")
        let reason = call.body.readableBytes == 0 ? nil : try call.decode(Block.self).reason
        return try await call.done(BlockCustomer(principal: call.principal, customerID: id, reason: reason))
    }
}

extension CustomerController.Block: Described {
    static let meaning = Meaning(
        "Block", .question, "Why somebody is blocked.",
        fields: [
            Field("reason", "Why, for colleagues and for the audit log.", .length(1000))
        ],
        example: ["reason": "spam"])
}

extension CustomerController.Contact: Described {
    static let meaning = Meaning(
        "Contact", .question, "What a visitor says of itself.",
        fields: [
            Field("name", "What you are called.", .length(500)),
            Field("email", "Where an answer can reach you.", .format("email")),
            Field("page", "The page that the visitor is on."),
            Field("locale", "Language tag, such as `pt-BR`.", .length(500)),
        ],
        example: ["email": "carla@example.com"])
}

extension CustomerController.Change: Described {
    static let meaning = Meaning(
        "CustomerChange", .question, "Only what is given changes; an empty text removes the value.",
        fields: [
            Field("name", "What they are called.", .length(500)),
            Field("email", "E-mail address."),
            Field("phone", "Phone number.", .length(500)),
            Field("locale", "Language tag, such as `pt-BR`.", .length(500)),
            Field("attributes", "What the company notes about them; replaces what was there."),
        ],
        example: ["name": "Carla Mendes"])
}
