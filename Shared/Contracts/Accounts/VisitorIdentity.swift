/// What a site says of a signed-in user: either `userID` with `userHash`, or a signed token.
package struct VisitorIdentity: Codable, Sendable, Equatable {
    package let userID: String?
    package let userHash: String?
    package let jwt: String?

    package init(userID: String? = nil, userHash: String? = nil, jwt: String? = nil) {
        self.userID = userID
        self.userHash = userHash
        self.jwt = jwt
    }

    private enum CodingKeys: String, CodingKey {
        case jwt
        case userID = "user_id"
        case userHash = "user_hash"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(userID, forKey: .userID)
        try container.encode(userHash, forKey: .userHash)
        try container.encode(jwt, forKey: .jwt)
    }
}

extension VisitorIdentity: Described {
    package static let meaning = Meaning(
        nil, .question,
        fields: [
            Field("user_id", "The site's own id of the user."),
            Field("user_hash", "HMAC-SHA256 of `user_id` with the site's identity secret, hexadecimal."),
            Field("jwt", "A signed token, instead of the other two."),
        ])
}
