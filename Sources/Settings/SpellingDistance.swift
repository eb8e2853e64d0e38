/// How far a word is from another one.
enum SpellingDistance {
    /// Octets; nothing that is meant is so long, and the way to it would be (*ours*).
    private static let longestWord = 100

    /// The word that is meant; nil where none is near. A third of the letters may differ, so nothing is near a single one.
    static func nearest(to word: String, among words: [String]) -> String? {
        guard word.utf8.count <= longestWord else { return nil }
        let plain = normal(word)
        let near = words.compactMap { candidate -> (distance: Int, word: String)? in
            let distance = between(plain, Array(candidate))
            let isBeginning = plain.count >= 3 && candidate.hasPrefix(String(plain) + "-")
            guard distance <= max(plain.count, candidate.count) / 3 || isBeginning else { return nil }
            return (distance, candidate)
        }
        return near.min { $0.distance < $1.distance }?.word
    }

    /// `maxRounds` and `MAX_ROUNDS` are `max-rounds`.
    static func normal(_ word: String) -> [Character] {
        var letters: [Character] = []
        for letter in word {
            if letter.isUppercase, letters.last?.isLowercase ?? false, word.contains(where: \.isLowercase) {
                letters.append("-")
            }
            letters.append(contentsOf: letter == "_" ? "-" : letter.lowercased())
        }
        return letters
    }

    /// Letters to change, add, leave out or swap with the next one.
    static func between(_ left: [Character], _ right: [Character]) -> Int {
        var rows = [Array(0...right.count)]
        for (line, letter) in left.enumerated() {
            var row = [line + 1]
            for column in right.indices {
                let changed = rows[line][column] + (letter == right[column] ? 0 : 1)
                var least = min(changed, rows[line][column + 1] + 1, row[column] + 1)
                let isSwapped =
                    line > 0 && column > 0 && letter == right[column - 1] && left[line - 1] == right[column]
                if isSwapped { least = min(least, rows[line - 1][column - 1] + 1) }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
