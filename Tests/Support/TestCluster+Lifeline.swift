import Foundation
import Synchronization

extension TestCluster {
    /// What must live as long as this process: closing the pipe ends the cluster.
    static let lifeline = Mutex<(process: Process, life: Pipe)?>(nil)
}
