import Contracts

extension CustomerController {
    static let operations: [Operation] = [
        Operation(
            "leaveContact", "Widget", "Leave name, e-mail or page",
            "An address given here is a claim. It never replaces one that the website signed or the company's people entered; the answer says which one counts.",
            takes: CustomerController.Contact.self, answers: [.init(200, "What is known now.", Session.CustomerSummary.self)],
            refusals: [404]),
        Operation(
            "getCustomer", "Customers", "Get a customer", answers: [.init(200, "The customer.", CustomerCard.self)]),
        Operation(
            "changeCustomer", "Customers", "Change a customer", "An address written here counts as entered, whatever it was before.",
            takes: CustomerController.Change.self, answers: [.init(200, "Changed.", CustomerCard.self)]),
        Operation(
            "listBlockedCustomers", "Customers", "List blocked customers", query: [.limit, .cursor],
            answers: [.init(200, "Blocked customers.", Page<BlockedCustomer>.self)]),
        Operation(
            "blockCustomer", "Customers", "Block a customer",
            "From then on whatever the customer asks is refused with 403 `customer-blocked`, reading included, and their sockets are closed with 4001. `POST /api/v1/widget/visitors` with their token is refused likewise: it makes no new visitor of them.",
            takes: CustomerController.Block.self, isBodyOptional: true, answers: [.init(204, "Messages are refused from now on.")]),
        Operation(
            "unblockCustomer", "Customers", "Lift a block", answers: [.init(204, "Lifted.")]),
    ]
}
