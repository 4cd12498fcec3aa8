import Outbound
import Synchronization

/// A resolver that answers as a test says: one answer after the other, the last one for ever.
final class ScriptedResolver: AddressResolver {
    private let state: Mutex<(answers: [[String]], names: [String])>

    init(_ answers: [String]...) { state = Mutex((answers, [])) }

    /// What was looked up.
    var names: [String] { state.withLock { $0.names } }

    func addresses(of name: String, searchesDomains: Bool) async throws(OutboundTrouble) -> [IPAddress] {
        let answer = state.withLock { state in
            state.names.append(name)
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first ?? []
        }
        guard !answer.isEmpty else { throw .nameNotFound }
        return answer.compactMap(IPAddress.init)
    }
}

/// A resolver that does not answer until it is given up.
struct SilentResolver: AddressResolver {
    func addresses(of name: String, searchesDomains: Bool) async throws(OutboundTrouble) -> [IPAddress] {
        do { try await Task.sleep(for: .seconds(3_600)) } catch { throw .cancelled }
        throw .lookupFailed
    }
}
