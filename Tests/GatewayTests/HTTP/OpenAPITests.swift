import Contracts
import Foundation
import GatewayService
import Testing

@Suite struct `The OpenAPI document` {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let committed = root.appending(path: "Services/Gateway/Service/OpenAPI/openapi.json")

    /// `deploy/openapi` sets the variable and so writes what is committed.
    @Test func `is what rows and types say, to the byte; each field has a description`() async throws {
        let head = try JSON.decode(JSONValue.self, from: Data(contentsOf: Self.root.appending(path: "Services/Gateway/OpenAPI/head.json")))
        try await withGateway { (gateway) async throws in
            let document = try OpenAPIDocument(head: head, routes: gateway.service.routes)
            #expect(document.problems == [])
            if ProcessInfo.processInfo.environment["SWITCHBOARD_WRITE_OPENAPI"] != nil {
                try Data(document.text.utf8).write(to: Self.committed)
            }
            let committed = String(decoding: try Data(contentsOf: Self.committed), as: UTF8.self)
            #expect(
                document.text == committed,
                "a type, a row or what stands beside them changed: run deploy/openapi and look at the difference")
        }
    }

    @Test func `shows a type's members as it reads and writes them`() {
        let (schema, problems) = OpenAPIDocument.schema(of: Parcel.self)
        #expect(problems == [])
        #expect(
            schema == [
                "type": "object", "description": "What is on its way.", "required": ["id", "note", "size", "stops", "weights"],
                "properties": [
                    "id": ["type": "string", "format": "uuid", "description": "Its id."],
                    "size": ["type": "string", "enum": ["small", "large"], "description": "How large."],
                    "note": ["type": ["string", "null"], "maxLength": 20, "description": "For people."],
                    "sent_at": ["type": "string", "format": "date-time", "description": "When; absent before."],
                    "stops": [
                        "type": "array", "maxItems": 3, "description": "Where.",
                        "items": [
                            "type": "object", "required": ["name"], "properties": ["name": ["type": "string", "description": "A town."]],
                        ],
                    ],
                    "weights": [
                        "type": "object", "additionalProperties": ["type": "number", "minimum": 0], "description": "By what is weighed.",
                    ],
                ],
            ])
    }

    @Test func `closes what clients send: there, null is no way to leave something out`() {
        let (schema, problems) = OpenAPIDocument.schema(of: Parcel.self, isClosed: true)
        #expect(problems == [])
        #expect(schema["additionalProperties"] == false)
        #expect(schema["required"] == ["id", "size", "stops", "weights"])
        #expect(schema["properties"]?["note"]?["type"] == "string")
        #expect(schema["properties"]?["stops"]?["items"]?["additionalProperties"] == false)
    }

    @Test func `is none while a member is not described, or one is described that is not there`() {
        #expect(
            OpenAPIDocument.schema(of: Letter.self).problems.sorted() == [
                "Letter has no stamp, which is described", "Letter.from has no description", "Letter.to has no Field",
            ])
        #expect(OpenAPIDocument.schema(of: Unsaid.self).problems == ["Unsaid has no meaning: it is not Described"])
    }
}

private struct Parcel: Codable, Described {
    enum Size: String, Codable, CaseIterable { case small, large }

    struct Stop: Codable, Described {
        let name: String

        static let meaning = Meaning(nil, fields: [Field("name", "A town.")])
    }

    let id: ConversationID
    let size: Size
    let note: String?
    let sentAt: Date?
    let stops: [Stop]
    let weights: [String: Double]

    private enum CodingKeys: String, CodingKey {
        case id, size, note, stops, weights
        case sentAt = "sent_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(size, forKey: .size)
        try container.encode(note, forKey: .note)
        try container.encodeIfPresent(sentAt, forKey: .sentAt)
        try container.encode(stops, forKey: .stops)
        try container.encode(weights, forKey: .weights)
    }

    static let meaning = Meaning(
        nil, .answer, "What is on its way.",
        fields: [
            Field("id", "Its id."), Field("size", "How large."), Field("note", "For people.", .length(20)),
            Field("sent_at", "When; absent before."), Field("stops", "Where.", .count(0, 3)),
            Field("weights", "By what is weighed.", .each(.from(0))),
        ])
}

private struct Letter: Codable, Described {
    let from: String
    let to: String

    static let meaning = Meaning(nil, fields: [Field("from", ""), Field("stamp", "What it cost.")])
}

private struct Unsaid: Codable {
    let word: String
}
