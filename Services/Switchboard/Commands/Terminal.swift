import ArgumentParser
import Contracts

/// How commands speak: results on standard output, everything else on standard error.
enum Terminal {
    static func print(_ text: String) {
        StandardStream.output.write(text)
    }

    static func print(json value: some Encodable) throws {
        print(String(decoding: try JSON.encode(value), as: UTF8.self))
    }

    static func complain(_ text: String) {
        StandardStream.error.write("switchboard: " + text)
    }

    /// Turns what went wrong into a sentence and an exit code.
    static func reporting<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as OperatorError {
            complain(error.description)
            throw ExitCode(error.code.rawValue)
        } catch let code as ExitCode {
            throw code
        } catch let refusal as any ServiceError {
            if let field = refusal.details["field"]?.string, let detail = refusal.details["detail"]?.string {
                complain("\(field) \(detail)")
            } else {
                complain("refused: \(refusal.code)")
            }
            throw ExitCode(OperatorError.Code.failed.rawValue)
        } catch {
            complain("\(error)")
            throw ExitCode(OperatorError.Code.failed.rawValue)
        }
    }
}
