import Contracts
import Foundation

/// Who changed what about an agent.
package struct AgentAudit: Sendable {
    let agent: AgentID
    /// `created`, `changed`, `deleted`, `suspended` or `resumed`.
    let action: String
    let actor: Author
    let before: JSONValue?
    let after: JSONValue?
}
