/// What a sign-in gives.
package struct TokenPair: Codable, Sendable, Equatable {
    package let accessToken: String
    package let tokenType: String
    /// Seconds.
    package let expiresIn: Int
    package let refreshToken: String
    /// For the browser to show when somebody signs in with it again; nil when tokens were only renewed, and from an older accounts.
    package let knownBrowser: String?

    package init(accessToken: String, tokenType: String, expiresIn: Int, refreshToken: String, knownBrowser: String? = nil) {
        self.accessToken = accessToken
        self.tokenType = tokenType
        self.expiresIn = expiresIn
        self.refreshToken = refreshToken
        self.knownBrowser = knownBrowser
    }

    private enum CodingKeys: String, CodingKey {
        case knownBrowser = "known_browser"
        case accessToken = "access_token"
        case tokenType = "token_type"
        case expiresIn = "expires_in"
        case refreshToken = "refresh_token"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(accessToken, forKey: .accessToken)
        try container.encode(tokenType, forKey: .tokenType)
        try container.encode(expiresIn, forKey: .expiresIn)
        try container.encode(refreshToken, forKey: .refreshToken)
        try container.encodeIfPresent(knownBrowser, forKey: .knownBrowser)
    }
}
