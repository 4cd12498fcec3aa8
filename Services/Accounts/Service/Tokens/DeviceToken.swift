import Contracts
import Foundation

/// Says that somebody has signed in with this browser before. It opens nothing: its bearer may only try a password without being held
/// up by what others tried. Signed, so that nobody makes one without having known a password once.
package struct DeviceToken: Sendable, Equatable {
    package let clientID: TenantID
    package let userID: UserID
    package let id: UUID

    package init(clientID: TenantID, userID: UserID, id: UUID) {
        self.clientID = clientID
        self.userID = userID
        self.id = id
    }

    /// - Returns: nil unless one of these keys signed it.
    package init?(text: String, keys: SigningKeys) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, let client = TenantID(parts[0]), let user = UserID(parts[1]), let id = EntityID(parts[2]) else {
            return nil
        }
        self.init(clientID: client, userID: user, id: id.uuid)
        let shown = Array(parts[3].utf8)
        guard signatures(keys).contains(where: { SecretToken.isEqual(Array($0.text.utf8), shown) }) else { return nil }
    }

    package func text(keys: SigningKeys) -> String {
        "\(clientID).\(userID).\(id.lowercased).\(signatures(keys)[0].text)"
    }

    private func signatures(_ keys: SigningKeys) -> [SecretToken] {
        keys.derivedSecrets(purpose: "device \(userID)", clientID: clientID, id: id)
    }
}
