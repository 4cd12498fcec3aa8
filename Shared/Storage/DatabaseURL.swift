import Foundation

/// Rewrites where a connection string points to, in both of libpq's forms.
package enum DatabaseURL {
    /// - Parameters:
    ///   - user: who signs in; nil keeps who did.
    ///   - password: nil keeps the old one if the user stays, and leaves it out otherwise. Without `user`: of the user who stays.
    ///   - database: nil keeps it.
    package static func replacing(in url: String, user: String? = nil, password: String? = nil, database: String? = nil) -> String {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://"), var parts = URLComponents(string: url) else {
            // The last one of several equal keys counts.
            var text = url
            if let user { text += " user=\(quoted(user)) password=\(quoted(password ?? ""))" }
            if user == nil, let password { text += " password=\(quoted(password))" }
            if let database { text += " dbname=\(quoted(database))" }
            return text
        }
        if let user {
            parts.user = user
            parts.password = password
            parts.queryItems = parts.queryItems?.filter { $0.name != "user" && $0.name != "password" }
        }
        if user == nil, let password {
            parts.password = password
            parts.queryItems = parts.queryItems?.filter { $0.name != "password" }
        }
        if let database {
            parts.path = "/\(database)"
            parts.queryItems = parts.queryItems?.filter { $0.name != "dbname" }
        }
        // Credentials without a host are not a URL to Foundation; libpq takes them as parameters too.
        if (parts.host ?? "").isEmpty {
            var items = parts.queryItems ?? []
            if let user = parts.user { items.append(URLQueryItem(name: "user", value: user)) }
            if let password = parts.password { items.append(URLQueryItem(name: "password", value: password)) }
            parts.user = nil
            parts.password = nil
            parts.host = ""
            parts.queryItems = items.isEmpty ? nil : items
        }
        return parts.string ?? url
    }

    private static func quoted(_ value: String) -> String {
        "'" + value.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }
}
