/// What a `.sigmf-meta` file says about a recording (SigMF 1.0, `spec/4 "IQ: SigMF 1.0"`).
package struct SigMFMetadata: Hashable, Sendable {
    package var format: SampleFormat
    /// Positive; absent in some files from elsewhere, then it must be given.
    package var sampleRateHz: Double?
    /// Of the data file, in hexadecimal digits; the shell computes it.
    package var sha512: String?
    package var description: String?
    /// The program that recorded.
    package var recorder: String?
    package var hardware: String?
    /// The name of the data file, in files from elsewhere where it is not that of the metadata with `.sigmf-data`; a
    /// plain name, never a path.
    package var dataset: String?
    /// Octets behind the last sample that are no samples, in files from elsewhere.
    package var trailingOctets: Int64
    /// Segments in the order of their start; at least one is written.
    package var captures: [Capture]
    package var annotations: [Annotation]

    package init(
        format: SampleFormat, sampleRateHz: Double?, sha512: String? = nil, description: String? = nil,
        recorder: String? = nil, hardware: String? = nil, dataset: String? = nil, trailingOctets: Int64 = 0,
        captures: [Capture] = [Capture()], annotations: [Annotation] = []
    ) {
        self.format = format
        self.sampleRateHz = sampleRateHz
        self.sha512 = sha512
        self.description = description
        self.recorder = recorder
        self.hardware = hardware
        self.dataset = dataset
        self.trailingOctets = trailingOctets
        self.captures = captures
        self.annotations = annotations
    }

    /// A segment recorded without interruption.
    package struct Capture: Hashable, Sendable {
        package var sampleStart: Int64
        package var frequencyHz: Double?
        /// Of the first sample, ISO 8601 in UTC: `2026-01-31T12:00:00.000Z`.
        package var datetime: String?
        /// Octets before the first sample that are no samples, in files from elsewhere.
        package var headerOctets: Int64

        package init(
            sampleStart: Int64 = 0, frequencyHz: Double? = nil, datetime: String? = nil, headerOctets: Int64 = 0
        ) {
            self.sampleStart = sampleStart
            self.frequencyHz = frequencyHz
            self.datetime = datetime
            self.headerOctets = headerOctets
        }
    }

    /// Something that was found in the samples: here, a decoded frame.
    package struct Annotation: Hashable, Sendable {
        package var sampleStart: Int64
        package var sampleCount: Int64?
        package var label: String?
        package var comment: String?

        package init(sampleStart: Int64, sampleCount: Int64? = nil, label: String? = nil, comment: String? = nil) {
            self.sampleStart = sampleStart
            self.sampleCount = sampleCount
            self.label = label
            self.comment = comment
        }
    }
}
