/// What was found when the spool was opened.
package struct SpoolRecovery: Hashable, Sendable {
    /// Where a file stops to make sense. Nothing from there on is used.
    package struct Damage: Hashable, Sendable {
        package var file: String
        /// The first octet that is not used.
        package var offset: Int
        /// How many octets there are from there to the end.
        package var octets: Int
    }

    /// Records that wait to be delivered.
    package var records = 0
    /// A torn tail or damage, one at most for each file. The last damaged file is kept as `damaged`.
    package var damages: [Damage] = []
}

extension SpoolRecovery: CustomStringConvertible {
    package var description: String {
        let found = "\(records) records wait to be delivered"
        guard !damages.isEmpty else { return found }
        return found
            + damages.map {
                "; \($0.file) is torn or damaged at octet \($0.offset), \($0.octets) octets were cut off "
                    + "and are kept in the file 'damaged' beside it"
            }.joined()
    }
}
