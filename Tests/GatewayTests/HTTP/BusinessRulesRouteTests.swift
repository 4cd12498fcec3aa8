import Contracts
import Testing

@Suite struct `Business rules at the edge` {
    @Test func `that no number can hold are refused by the member's name, and nobody is asked`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.accounts.answer(SaveBusinessRules.self) { _ in .standard }
            func answer(_ weights: String) async throws -> TestGateway.Answer {
                let body = #"{"expected_version": 0, "routing": {"weights": \#(weights)}}"#
                return try await gateway.request("PUT", "/api/settings/business-rules", as: .administrator, bytes: Array(body.utf8))
            }
            let right = #"{"success": 40, "priority": 25, "load": 20, "handling_time": 15, "capability": 5}"#
            #expect(try await answer(right).status == 200)
            #expect(try gateway.accounts.asked(SaveBusinessRules.self).count == 1)
            for number in ["1e999", "-1e999", "\"20\"", "null", "true", "[1e999]", "1e", "NaN", "-Infinity", "Infinity"] {
                let refused = try await answer(right.replacing("20", with: number))
                #expect(refused.status == 400, "\(number)")
                #expect(refused.fields == ["routing.weights.load"], "\(number)")
            }
            #expect(try await answer(right.replacing("20", with: "1e999}")).fields == ["body"], "no JSON at all: there are no members")
            // Whole numbers with a fraction, or beyond 64 bits; numbers that may have one are not blamed.
            for (body, field) in [
                (#"{"expected_version": 99999999999999999999999}"#, "expected_version"),
                (#"{"expected_version": 1.5}"#, "expected_version"),
                (
                    #"{"expected_version": 0, "routing": {"weights": {"success": 39.5, "priority": 25.5, "load": 20, "handling_time": 15, "capability": 5}, "offer_timeout_seconds": 7.5}}"#,
                    "routing.offer_timeout_seconds"
                ),
            ] {
                let refused = try await gateway.request("PUT", "/api/settings/business-rules", as: .administrator, bytes: Array(body.utf8))
                #expect(refused.status == 400)
                #expect(refused.fields == [field])
            }
            #expect(try gateway.accounts.asked(SaveBusinessRules.self).count == 1)
        }
    }

    @Test func `that accounts refuses are answered by the member's name`() async throws {
        try await withGateway { (gateway) async throws in
            for field in ["routing.weights.success", "time_zone", "hours.monday[1].opens"] {
                gateway.accounts.answer(SaveBusinessRules.self) { _ in throw AccountsError.ruleInvalid(field: field, detail: "cannot be") }
                let refused = try await gateway.request(
                    "PUT", "/api/settings/business-rules", as: .administrator, body: ["expected_version": 0, "time_zone": "Mars/Olympus"])
                #expect((400..<500).contains(refused.status))
                #expect(refused.fields == [field])
            }
        }
    }
}
