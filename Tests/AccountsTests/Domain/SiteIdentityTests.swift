import AccountsService
import Contracts
import Foundation
import Testing

@Suite struct `A site's identity hash` {
    @Test(arguments: try Vector.all("widget_identity_hmac"))
    func `agrees with what others computed`(_ vector: Vector) throws {
        try #require(vector.op == "verify_signature")
        let secret = try #require(vector.inputs["identity_secret"]?.string)
        let identifier = try #require(vector.inputs["user_id"]?.string ?? vector.inputs["email"]?.string)
        let given = try #require(vector.inputs["user_hash"]?.string)
        #expect(SiteIdentity.hash(of: identifier, secret: secret) == vector.expected["expected_hash"]?.string)
        let isValid = SiteIdentity.isValid(hash: given, of: identifier, secrets: ["another", secret])
        #expect(.bool(isValid) == vector.expected["valid"])
        #expect(!SiteIdentity.isValid(hash: given, of: identifier, secrets: ["another"]))
        #expect(!SiteIdentity.isValid(hash: given, of: identifier, secrets: []))
    }

    /// Computed elsewhere; a customer is this one for ever.
    @Test func `leads to one customer id for ever`() throws {
        let clientID = try #require(TenantID("018f2b6c-0000-7000-8000-000000000001"))
        let id = SiteIdentity.customerID(of: "cust_77", clientID: clientID)
        #expect(id.description == "9ea714cc-fbfd-8dff-af09-30c238ebd2b8")
    }
}
