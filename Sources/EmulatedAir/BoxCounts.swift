/// How often a box of `EmulatedBoxes` was asked for what; failed attempts count too.
package struct BoxCounts: Hashable, Sendable {
    package var opens = 0
    package var starts = 0
    package var stops = 0
    package var resets = 0
    package var closes = 0

    package init() {}
}
