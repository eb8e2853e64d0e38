/// What a capture has brought so far, or has when it has ended.
package struct CaptureReport: Hashable, Sendable {
    package var name: String
    /// Paths of what has been written.
    package var files: [String] = []
    /// nil where no frames are captured.
    package var frames: FrameCapture.Totals?
    /// nil where no samples are captured.
    package var samples: SampleTotals?

    package init(name: String) { self.name = name }
}

/// What a recorder of samples has done.
package struct SampleTotals: Hashable, Sendable {
    /// In files.
    package var written: Int64 = 0
    /// Found no room, in memory or on the disk.
    package var lost: Int64 = 0
    /// Interruptions, whoever caused them.
    package var gaps = 0
    /// Ring mode: pieces that were saved, and those that were not.
    package var pieces = 0
    package var unsavedPieces = 0

    package init(written: Int64, lost: Int64, gaps: Int, pieces: Int, unsavedPieces: Int) {
        self.written = written
        self.lost = lost
        self.gaps = gaps
        self.pieces = pieces
        self.unsavedPieces = unsavedPieces
    }
}
