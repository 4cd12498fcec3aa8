import Contracts
import Foundation

/// Where a secret belongs. A sealed value opens only at its own place: copied into another company's, account's or name's row it is refused.
package struct SecretPlace: Hashable, Sendable {
    package let tenant: TenantID
    /// A channel account, a chatbot, whatever the secret is one of.
    package let account: UUID
    /// `auth_token`, as in the account's credentials.
    package let name: String

    package init(tenant: TenantID, account: UUID, name: String) {
        self.tenant = tenant
        self.account = account
        self.name = name
    }

    /// What is authenticated beside the secret: each part after its length in 4 bytes, so that no two places give the same bytes.
    func associatedData(keyID: String) -> [UInt8] {
        [Array(SealedValue.version.utf8), Array(keyID.utf8), tenant.uuid.bytes, account.bytes, Array(name.utf8)].flatMap { part in
            withUnsafeBytes(of: UInt32(clamping: part.count).bigEndian) { Array($0) } + part
        }
    }
}
