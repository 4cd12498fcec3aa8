import HTTPTypes

/// What a page may load and who may frame it. Scripts and styles come from our own files only; nothing inline, nothing from elsewhere.
struct ContentSecurityPolicy {
    /// `frame-ancestors`.
    var ancestors = ["'none'"]
    /// `frame-src`: the demo page carries the widget's frame.
    var frames = ["'none'"]

    var fields: HTTPFields {
        let policy = [
            "default-src 'none'", "script-src 'self'", "style-src 'self'",
            "img-src 'self' data:", "font-src 'self'", "media-src 'self' data:", "connect-src 'self'", "manifest-src 'self'",
            "frame-src \(frames.joined(separator: " "))", "base-uri 'none'", "form-action 'self'",
            "frame-ancestors \(ancestors.joined(separator: " "))",
        ].joined(separator: "; ")
        return [
            .contentSecurityPolicy: policy, .referrerPolicy: "strict-origin-when-cross-origin",
            .permissionsPolicy: "camera=(), microphone=(), geolocation=(), payment=()", .crossOriginOpenerPolicy: "same-origin",
        ]
    }

    /// An origin as a source expression; nil for what could end the directive or is no origin.
    static func source(_ origin: String) -> String? {
        let allowed = origin.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (97...122).contains(byte) || (65...90).contains(byte) || ":/.-_*[]".utf8.contains(byte)
        }
        return allowed && (origin.hasPrefix("https://") || origin.hasPrefix("http://")) ? origin : nil
    }
}

extension HTTPField.Name {
    static let contentSecurityPolicy = HTTPField.Name("Content-Security-Policy")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let permissionsPolicy = HTTPField.Name("Permissions-Policy")!
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
    static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
}
