/// Changes what is given. An empty text removes the value.
package struct UpdateCustomer: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = CustomerCard
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.update-customer"
    package static let service = ServiceName.chat
    package static let access = Access.conversationWriters
    package let principal: Principal
    package let id: CustomerID
    package let name: String?
    package let email: String?
    package let phone: String?
    package let locale: String?
    package let attributes: [String: JSONValue]?
    package let page: PageVisit?
    /// Of the addresses given. nil: claimed by a visitor, entered by the company's people, as the principal says.
    package let provenance: AddressProvenance?

    package init(
        principal: Principal, id: CustomerID, name: String? = nil, email: String? = nil, phone: String? = nil, locale: String? = nil,
        attributes: [String: JSONValue]? = nil, page: PageVisit? = nil, provenance: AddressProvenance? = nil
    ) {
        self.principal = principal
        self.id = id
        self.name = name
        self.email = email
        self.phone = phone
        self.locale = locale
        self.attributes = attributes
        self.page = page
        self.provenance = provenance
    }

    private enum CodingKeys: String, CodingKey {
        case principal, id, name, email, phone, locale, attributes, page, provenance
    }
}
